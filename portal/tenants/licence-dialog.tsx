import { Field, Input, MessageBar, MessageBarBody, Switch } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useReadAgain } from '../api/read-again.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useMessages } from '../ui/messages.tsx'
import { Loaded } from '../ui/page.tsx'

type Licence = Answer<'/api/v1/tenants/{tenantId}/licence'>
interface Order {
  readonly active: boolean
  readonly validUntil: string | null
}
type Orders = Readonly<Record<keyof Licence['articles'], Order>>

const names = ['terminalConnection', 'mobileApp', 'accessControl'] as const

/** What a tenant has ordered, and until when. */
export function LicenceDialog({
  tenant,
  onClose,
}: {
  readonly tenant: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const { t } = useTranslation('tenants')
  const { t: common } = useTranslation('common')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/tenants/{tenantId}/licence')
  const params = { path: { tenantId: tenant.id } }
  const licence = useQuery(read('/api/v1/tenants/{tenantId}/licence', { params }))
  const [edited, setEdited] = useState<Orders>()
  const orders = edited ?? (licence.data && ordersOf(licence.data))
  const save = useMutation({
    mutationFn: (body: Orders) =>
      answerOf(client.PUT('/api/v1/tenants/{tenantId}/licence', { params, body })),
    async onSuccess() {
      await readAgain()
      done(t('licence.saved', { name: tenant.name }))
      onClose()
    },
  })
  return (
    <FormDialog
      title={t('licence.title', { name: tenant.name })}
      submit={common('save')}
      disabled={save.isPending || orders === undefined}
      error={save.error}
      onSubmit={() => orders && save.mutate(orders)}
      onClose={onClose}
    >
      <Loaded query={licence}>
        {({ kind }) =>
          kind === 'trial' && (
            <MessageBar intent="info" layout="multiline">
              <MessageBarBody>{t('licence.trial')}</MessageBarBody>
            </MessageBar>
          )
        }
      </Loaded>
      {orders !== undefined &&
        names.map((name) => (
          <OrderFields
            key={name}
            article={common(`articles.${name}`)}
            order={orders[name]}
            onChange={(order) => setEdited({ ...orders, [name]: order })}
          />
        ))}
    </FormDialog>
  )
}

function OrderFields({
  article,
  order,
  onChange,
}: {
  readonly article: string
  readonly order: Order
  readonly onChange: (order: Order) => void
}) {
  const { t } = useTranslation('tenants')
  return (
    <div>
      <Switch
        label={article}
        checked={order.active}
        onChange={(_, { checked }) => onChange({ ...order, active: checked })}
      />
      {order.active && (
        <Field label={t('licence.until', { article })} hint={t('licence.untilHint')}>
          <Input
            type="date"
            value={order.validUntil ?? ''}
            onChange={(_, { value }) => onChange({ ...order, validUntil: value === '' ? null : value })}
          />
        </Field>
      )}
    </div>
  )
}

function ordersOf({ articles }: Licence): Orders {
  const order = ({ state, validUntil }: Licence['articles'][keyof Orders]): Order => ({
    active: state !== 'inactive',
    validUntil,
  })
  return {
    terminalConnection: order(articles.terminalConnection),
    mobileApp: order(articles.mobileApp),
    accessControl: order(articles.accessControl),
  }
}
