const idField = /(?:^|,)\s*id=([^,]*)/;

/** The ids in the values of `--secret`: nothing of where a secret comes from. */
export function secretIds(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => {
    const id = idField.exec(value)?.[1]?.trim() ?? '';
    return id === '' ? [] : [id];
  });
}

/** The ids in the values of `--ssh`, which stand before their sockets and keys. */
export function sshIds(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => {
    const [id = ''] = value.split('=', 1);
    return id.trim() === '' ? [] : [id.trim()];
  });
}
