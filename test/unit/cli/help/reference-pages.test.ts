import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asSection, readSection } from '../../../../scripts/document-section.ts';
import { commandTable } from '../../../../src/cli/command-table.ts';
import { commandPages } from '../../../../src/cli/help/command-pages.ts';
import { renderCommandPage, renderCommandReference } from '../../../../src/cli/help/command-reference.ts';

const docs = join(import.meta.dirname, '..', '..', '..', '..', 'docs');
const pages = [
  ['commands.md', renderCommandReference()] as const,
  ...commandPages.map((page) => [`commands/${page.file}.md`, renderCommandPage(page)] as const),
];

/** The anchors that GitHub gives the headings of a document. */
function anchorsOf(path: string): readonly string[] {
  const headings = readFileSync(path, 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('the reference of commands', () => {
  it('has every command on one page', () => {
    const listed = commandPages.flatMap(({ commands }) => commands);
    expect(listed.toSorted()).toEqual(commandTable.map(({ name }) => name).toSorted());
  });

  it.each(commandPages)('is current in docs/commands/$file.md (scripts/reference.ts writes it)', (page) => {
    expect(readSection(`commands/${page.file}`)).toBe(asSection(renderCommandPage(page)));
  });

  it.each(pages)('has no link in %s that leads nowhere', (name, text) => {
    const links = [...text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)];
    expect(links.length).toBeGreaterThan(0);
    const dead = links.filter(([, file = '', anchor]) => {
      const path = join(docs, dirname(name), file);
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});
