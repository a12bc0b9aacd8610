/**
 * Names a letter or two from a well-known image's that imitate nobody: words that people call their own images, and other
 * programs. A warning about these would teach people to pass over all of them.
 */
export const ordinaryNames: ReadonlySet<string> = new Set(
  [
    'ash nodes trust rusty rustc',
    'mango mongod mongos mssql mysqld redir iredis',
    'postgresql postgis postgrest postgrey influx memcache rabbit',
    'dockers dockerd kdocker rocker locker vaults fault registrar',
    'http https httpx jruby mruby ipython bpython cpython jython xpython',
    'haven raven grade cradle goland compose composed telegram telegraph bookkeeper',
  ].flatMap((words) => words.split(' ')),
);
