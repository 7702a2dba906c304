/** The link to a page of the portal in the newest mail to an address, as a person would find it in the mailbox. */
export async function linkIn(mailbox: string, email: string, page: string): Promise<string> {
  const list = await (await fetch(mailbox)).text()
  for (const [row, path = ''] of list.matchAll(/<li><a href="(\/[^"]+)">.*?<\/li>/g)) {
    if (!row.includes(email)) continue
    const mail = await (await fetch(`${mailbox}${path}`)).text()
    const link = new RegExp(`https?://[^\\s"<]+/${page}/[\\w-]+`).exec(mail)?.[0]
    if (link !== undefined) return link
  }
  throw new Error(`no mail to ${email} with a link to ${page}`)
}
