import { FluentProvider, makeStyles, tokens, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { createContext, type ReactNode, useContext, useMemo, useState, useSyncExternalStore } from 'react'

export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]

const KEPT_AS = 'steg.theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

function subscribeToSystem(changed: () => void): () => void {
  systemDark.addEventListener('change', changed)
  return () => systemDark.removeEventListener('change', changed)
}

const ThemeContext = createContext<{
  readonly choice: ThemeChoice
  readonly choose: (choice: ThemeChoice) => void
}>({ choice: 'system', choose: () => undefined })

const useStyles = makeStyles({ root: { backgroundColor: tokens.colorNeutralBackground2 } })

/** Light or dark: as the system has it, or as it was chosen here. */
export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const styles = useStyles()
  const [choice, setChoice] = useState(keptChoice)
  const isSystemDark = useSyncExternalStore(subscribeToSystem, () => systemDark.matches)
  const dark = choice === 'dark' || (choice === 'system' && isSystemDark)
  const state = useMemo(
    () => ({
      choice,
      choose(next: ThemeChoice) {
        localStorage.setItem(KEPT_AS, next)
        setChoice(next)
      },
    }),
    [choice],
  )
  return (
    <ThemeContext value={state}>
      <FluentProvider
        theme={dark ? webDarkTheme : webLightTheme}
        className={styles.root}
        style={{ colorScheme: dark ? 'dark' : 'light' }}
      >
        {children}
      </FluentProvider>
    </ThemeContext>
  )
}

export function useTheme() {
  return useContext(ThemeContext)
}

function keptChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEPT_AS)
  return themeChoices.find((choice) => choice === kept) ?? 'system'
}
