import type { ErrorEntry } from './entry.ts'

/** Failures around people, their groups and what a caller may see of them. */
export const peopleErrors = {
  'group-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Unknown group', de: 'Unbekannte Personengruppe' },
    detail: {
      en: 'There is no group with the id "{group}". GET /api/v1/groups lists those that exist.',
      de: 'Es gibt keine Personengruppe mit der Id „{group}“. GET /api/v1/groups zeigt die vorhandenen.',
    },
  },
  'group-exists': {
    status: 409,
    retryable: false,
    title: { en: 'Name is taken', de: 'Name ist vergeben' },
    detail: {
      en: 'There is a group with the name "{name}" already. Choose another name.',
      de: 'Eine Personengruppe mit dem Namen „{name}“ gibt es schon. Bitte einen anderen Namen wählen.',
    },
  },
  'group-not-empty': {
    status: 409,
    retryable: false,
    title: { en: 'Group has members', de: 'Gruppe hat Mitglieder' },
    detail: {
      en: 'The group "{name}" still has members. Take them out first, with the action remove-group on the people of the group.',
      de: 'Die Personengruppe „{name}“ hat noch Mitglieder. Bitte zuerst alle Personen aus der Gruppe nehmen (Aktion remove-group auf die Personen der Gruppe).',
    },
  },
  'group-limit': {
    status: 409,
    retryable: false,
    title: { en: 'Too many groups', de: 'Zu viele Personengruppen' },
    detail: {
      en: 'There {limit|is # group|are # groups} already, which is the most. Remove one that is no longer needed.',
      de: 'Es gibt schon {limit|# Personengruppe|# Personengruppen}; mehr sind nicht möglich. Bitte eine nicht mehr benötigte entfernen.',
    },
  },
  'person-groups-full': {
    status: 409,
    retryable: false,
    title: { en: 'Person is in too many groups', de: 'Person ist in zu vielen Gruppen' },
    detail: {
      en: 'This person is in {limit|# group|# groups} already, which is the most. Take the person out of another group first.',
      de: 'Diese Person ist schon in {limit|# Gruppe|# Gruppen}; mehr sind nicht möglich. Bitte die Person zuerst aus einer anderen Gruppe nehmen.',
    },
  },
  'ident-medium-taken': {
    status: 409,
    retryable: false,
    title: { en: 'Ident medium belongs to somebody else', de: 'Identmedium gehört jemand anderem' },
    detail: {
      en: 'The ident medium "{medium}" belongs to another person. Take it away there first; a search for it finds the person.',
      de: 'Das Identmedium „{medium}“ gehört einer anderen Person. Bitte dort zuerst entfernen; die Suche danach findet die Person.',
    },
  },
  'scope-limited': {
    status: 403,
    retryable: false,
    title: { en: 'Limited to certain people', de: 'Auf bestimmte Personen begrenzt' },
    detail: {
      en: 'This access is limited to certain people or groups and cannot do this ({what}). Use one that is not limited.',
      de: 'Dieser Zugang ist auf bestimmte Personen oder Gruppen begrenzt und kann dies nicht ({what}). Bitte einen unbegrenzten Zugang verwenden.',
    },
  },
  'person-out-of-scope': {
    status: 403,
    retryable: false,
    title: { en: 'Person not in reach', de: 'Person nicht im Zugriff' },
    detail: {
      en: 'This access is limited to certain people, and {token} is not one of them. Use another token, or have its scope changed.',
      de: 'Dieser Zugang ist auf bestimmte Personen begrenzt; {token} gehört nicht dazu. Bitte ein anderes Token verwenden oder den Zugriff erweitern lassen.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
