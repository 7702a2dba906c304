export const session = {
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  signIn: { title: 'Bei Steg anmelden', do: 'Anmelden' },
} as const
