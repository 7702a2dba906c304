import { describe, expect, it } from 'vitest'
import { tellingLine } from '../../infra/local/last-words.ts'

describe('the most telling line', () => {
  it.each([
    ['a sentence', 'The broker cannot start: no.\n', 'The broker cannot start: no'],
    [
      'an uncaught error with properties',
      "node:internal/x:1\n    throw\n    ^\n\nError: listen EADDRINUSE 7071\n    at x (y.js:1:1) {\n  code: 'EADDRINUSE'\n}\n\nNode.js v24.1.0\n",
      'listen EADDRINUSE 7071',
    ],
    [
      'an error with a name of its own',
      'StegError: The key is missing.\n    at x (y.js:1:1)\n',
      'The key is missing',
    ],
    ['a log line', '{"level":"error","message":"no room","at":1}\n', 'no room'],
    ['a JSON line without a message', '{"level":"error"}\n', '{"level":"error"}'],
    ['a broken JSON line', '{"level":\n', '{"level":'],
    ['Windows line ends', 'first\r\nlast\r\n\r\n', 'last'],
    ['nothing', '', ''],
  ])('of %s', (_, output, line) => {
    expect(tellingLine(output)).toBe(line)
  })
})
