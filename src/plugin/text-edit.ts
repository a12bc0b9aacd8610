/** A piece of a text and what is put in its place; offsets in UTF-16 units. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** `text` with `edit` made. */
export function applyEdit(text: string, edit: TextEdit): string {
  return text.slice(0, edit.offset) + edit.content + text.slice(edit.offset + edit.length);
}

/** The edit that takes back `edit`, which was made on `text`. */
export function inverseEdit(text: string, edit: TextEdit): TextEdit {
  const content = text.slice(edit.offset, edit.offset + edit.length);
  return { offset: edit.offset, length: edit.content.length, content };
}
