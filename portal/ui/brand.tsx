import { tokens } from '@fluentui/react-components'

/** The product's sign, a footbridge. */
export function Brand({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" stroke={tokens.colorBrandForeground1} strokeLinecap="round">
        <path d="M3 21C7.5 12 24.5 12 29 21" strokeWidth="3" />
        <path d="M3 24h26M10 17v7M16 15v9M22 17v7" strokeWidth="2.2" />
      </g>
    </svg>
  )
}
