/**
 * What a page's tables can do where scripts run: each is sorted by a click on a column's name, and filtered by words and by verdict.
 * Nothing is read from or written as markup, and the page is whole without it.
 */
export const pageScript = `
'use strict';
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const valueOf = (row, column) => row.cells[column].dataset.order ?? row.cells[column].textContent;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const descending = head.ariaSort === 'ascending';
      for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
      head.ariaSort = descending ? 'descending' : 'ascending';
      const compare = (one, two) => valueOf(one, column).localeCompare(valueOf(two, column), 'en', { numeric: true });
      body.append(...rows.toSorted((one, two) => (descending ? compare(two, one) : compare(one, two))));
    });
  });
  const tools = document.createElement('p');
  tools.className = 'tools';
  const labelled = (text, control) => {
    const label = document.createElement('label');
    label.append(text, control);
    tools.append(label);
    return control;
  };
  const words = labelled('Filter ', document.createElement('input'));
  words.type = 'search';
  const kinds = [...new Set(rows.map((row) => row.cells[0].textContent))];
  const kind = labelled('Show ', document.createElement('select'));
  kind.append(new Option('all', ''), ...kinds.map((text) => new Option(text, text)));
  const count = document.createElement('output');
  tools.append(count);
  const filter = () => {
    const wanted = words.value.toLowerCase().split(' ');
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = wanted.every((word) => text.includes(word)) && (kind.value === '' || row.cells[0].textContent === kind.value);
      row.hidden = !fits;
      const block = row.dataset.block && document.getElementById(row.dataset.block);
      if (block) block.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown + ' of ' + rows.length;
  };
  words.addEventListener('input', filter);
  kind.addEventListener('change', filter);
  filter();
  table.parentElement.before(tools);
}
`;
