/** Strict base64: null where the text is none. */
export function fromBase64(text: string): Buffer | null {
  const compact = text.replace(/\s+/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)
    ? Buffer.from(compact, 'base64')
    : null;
}
