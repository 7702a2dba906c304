export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends mail. Resolves once a mail server has taken it over. */
export interface MailSender {
  /** @throws StegError `mail-failed`, `mail-not-configured` */
  send(mail: Mail): Promise<void>
  close(): void
}
