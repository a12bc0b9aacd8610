import { alteredPayload, content, type Negative, one, withContent } from './alterations.ts';

/** Group 3: payloads that two readers could read in two ways. */
export const payloadNegatives: readonly Negative[] = [
  {
    group: 3,
    name: 'another critical.type',
    make: () =>
      withContent(
        one('v2key'),
        content(one('v2key')).replace('cosign container image signature', 'atomic container signature'),
      ),
    code: 'wrong-type',
  },
  {
    group: 3,
    name: 'a key twice in the payload',
    make: () =>
      withContent(one('v2key'), content(one('v2key')).replace('"optional":null', `"optional":null,"critical":{}`)),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a key twice, once escaped',
    make: () =>
      withContent(
        one('v2key'),
        content(one('v2key')).replace('"optional":null', `"optional":null,"\\u006fptional":null`),
      ),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a key twice in a statement',
    make: () => alteredPayload(one('v3key'), (text) => text.replace('{"_type"', '{"subject":[],"_type"')),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a part in two letter cases, of which cosign reads the last',
    make: () =>
      withContent(one('v2key'), content(one('v2key')).replace('"optional":null', `"optional":null,"Critical":{}`)),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a digest in two letter cases',
    make: () =>
      withContent(
        one('v2key'),
        content(one('v2key')).replace(
          '"docker-manifest-digest"',
          '"Docker-Manifest-Digest":"x","docker-manifest-digest"',
        ),
      ),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'subjects in two letter cases in a statement',
    make: () => alteredPayload(one('v3key'), (text) => text.replace('{"_type"', '{"Subject":[],"_type"')),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a payload that is not JSON (GHSA-vjxv-45g9-9296)',
    make: () => withContent(one('v2key'), 'not json'),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a statement that is not JSON (GHSA-w6c6-c85g-mmv6)',
    make: () => alteredPayload(one('v3attest'), () => 'not json'),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a payload that is not UTF-8',
    make: () => withContent(one('v2key'), Buffer.from([0xff, 0xfe, 0x7b])),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'a payload with a byte order mark',
    make: () => withContent(one('v2key'), `\ufeff${content(one('v2key'))}`),
    code: 'malformed',
  },
  {
    group: 3,
    name: 'something behind the payload',
    make: () => withContent(one('v2key'), `${content(one('v2key'))}{}`),
    code: 'malformed',
  },
  { group: 3, name: 'a payload that is a list', make: () => withContent(one('v2key'), '[]'), code: 'malformed' },
];
