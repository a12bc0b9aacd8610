/** One of Docker's global flags. */
export interface DockerFlag {
  readonly name: string;
  readonly letter: string | null;
  readonly takesValue: boolean;
}

/** Docker's global flags, which stand before a plugin's name (docker/cli, cli/flags/options.go). */
export const dockerFlagTable: readonly DockerFlag[] = [
  { name: 'config', letter: null, takesValue: true },
  { name: 'context', letter: 'c', takesValue: true },
  { name: 'debug', letter: 'D', takesValue: false },
  { name: 'host', letter: 'H', takesValue: true },
  { name: 'log-level', letter: 'l', takesValue: true },
  { name: 'tls', letter: null, takesValue: false },
  { name: 'tlscacert', letter: null, takesValue: true },
  { name: 'tlscert', letter: null, takesValue: true },
  { name: 'tlskey', letter: null, takesValue: true },
  { name: 'tlsverify', letter: null, takesValue: false },
];
