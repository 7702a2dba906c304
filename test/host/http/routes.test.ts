import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findOrderConflicts, matchRoute, orderRoutes } from '../../../infra/local/host/http/routes.ts'
import { parseTarget } from '../../../infra/local/host/http/target.ts'

const get = (...templates: string[]) =>
  templates.map((template, index) => ({ name: `f${index}`, template, methods: ['GET'] }))

function match(path: string, ...templates: string[]) {
  const found = matchRoute(orderRoutes(get(...templates)), 'GET', parseTarget(path)?.segments ?? [])
  return found && { template: found.route.template, params: found.params }
}

describe('precedence', () => {
  const templates = [
    '{*rest}',
    'a/{x}',
    'a/{*rest}',
    '{x}/b',
    'a/{x:int}',
    'a',
    'a/b',
    'a/{x?}/c',
    '{x}',
    'a/b/{y}',
  ]

  it.each([
    ['/a', 'a'],
    ['/z', '{x}'],
    ['/a/b', 'a/b'],
    ['/z/b', '{x}/b'],
    ['/a/5', 'a/{x:int}'],
    ['/a/q', 'a/{x}'],
    ['/a/b/q', 'a/b/{y}'],
    ['/a/q/q', 'a/{*rest}'],
    ['/q/q/q', '{*rest}'],
    ['/', '{*rest}'],
  ])('%s goes to %s, whatever the order of registration', (path, expected) => {
    const valid = templates.filter((template) => template !== 'a/{x?}/c')
    fc.assert(
      fc.property(fc.shuffledSubarray(valid, { minLength: valid.length }), (shuffled) => {
        expect(match(path, ...shuffled)?.template).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })
})

describe('matching', () => {
  it.each([
    ['a/{b}', '/a/1', { b: '1' }],
    ['a/{b}', '/a/1/', { b: '1' }],
    ['a/{b}', '/a', undefined],
    ['a/{b}', '/a/1/2', undefined],
    ['a/{b}', '/a//', undefined],
    ['a/{b?}', '/a', {}],
    ['a/{b?}/{c?}', '/a/1', { b: '1' }],
    ['a/{b:int}', '/a/x', undefined],
    ['a/{b:int}', '/a/2147483648', undefined],
    ['a/{b:long}', '/a/2147483648', { b: '2147483648' }],
    ['a/{b:guid}', '/a/6f9619ff-8b86-d011-b42d-00cf4fc964ff', { b: '6f9619ff-8b86-d011-b42d-00cf4fc964ff' }],
    ['a/{b:bool}', '/a/True', { b: 'True' }],
    ['a/{b:alpha:minlength(2)}', '/a/x', undefined],
    ['a/{b:alpha:minlength(2)}', '/a/xy', { b: 'xy' }],
    ['a/{b:length(2,3)}', '/a/xyzz', undefined],
    ['a/{b:range(1,5)}', '/a/6', undefined],
    ['a/{b:max(5)}', '/a/5', { b: '5' }],
    ['a/{*b}', '/a', {}],
    ['a/{*b}', '/a/1/2%20/', { b: '1/2 ' }],
    ['a/{**b}', '/a/1', { b: '1' }],
    ['/a/', '/a', {}],
    ['', '/', {}],
  ])('%s with %s', (template, path, params) => {
    expect(match(path, template)?.params).toEqual(params)
  })

  it.each([
    'a//b',
    'a/{b',
    'a/x{b}',
    'a/{b=1}',
    'a/{*b}/c',
    'a/{b?}/c',
    'a/{b}/{B}',
    'a/{b:regex(x)}',
    'a/{b:int(1)}',
  ])('the template %s is refused by name', (template) => {
    expect(() => orderRoutes(get(template))).toThrow(/^Function "f0", HTTP trigger: route "/)
  })
})

describe('the real host tries functions by name', () => {
  const route = (name: string, template: string, methods = ['GET']) => ({ name, template, methods })

  it.each([
    [[route('a', '{*x}'), route('b', 'p')], ['b<a']],
    [[route('z', '{*x}'), route('b', 'p')], []],
    [[route('a', '{*x}'), route('b', 'p', ['POST'])], []],
    [[route('a', 'x/{id}'), route('b', 'x/new')], ['b<a']],
    [[route('a', 'x/{id}'), route('b', 'y/new')], []],
    [[route('a', 'x/{id:int}'), route('b', 'x/new')], []],
    [[route('a', 'x/{id?}'), route('b', 'x')], ['b<a']],
    [[route('a', 'x/{id}/y'), route('b', 'x/{id}')], []],
    [[route('A', '{x}'), route('b', 'p')], ['b<A']],
  ])('%j', (routes, expected) => {
    const conflicts = findOrderConflicts(orderRoutes(routes))
    expect(conflicts.map(({ specific, general }) => `${specific}<${general}`)).toEqual(expected)
  })
})

describe('request targets', () => {
  it.each([
    ['/a/b?x=/../y', ['a', 'b']],
    ['/a%20b/%C3%A4', ['a b', 'ä']],
    ['/a%2fb/%zz/%ff', ['a%2fb', '%zz', '%ff']],
    ['/a/./b/../c', ['a', 'c']],
    ['/a/%2e%2e/b', ['b']],
    ['/../..', []],
    ['/a/..', []],
    ['/a/b/..', ['a']],
    ['/', []],
  ])('%s', (target, segments) => {
    expect(parseTarget(target)).toEqual({ segments, raw: target })
  })

  it.each(['*', 'example.org:443', '', '/%00', 'ftp://x/y'])('"%s" is no path', (target) => {
    expect(parseTarget(target)).toBeUndefined()
  })

  it('never throws and never leaves a dot segment', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', '.', '%', '2', 'e', 'F', 'ä', '?', 'a') }),
        (text) => {
          const segments = parseTarget(`/${text}`)?.segments ?? []
          expect(segments.filter((segment) => segment === '..' || segment === '.')).toEqual([])
        },
      ),
    )
  })
})
