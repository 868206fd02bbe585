'use strict';
// Pages are complete without this. It adds: figures of a column by pointer or arrow keys, lists in another order, and
// a filter for long lists.
for (const plot of document.querySelectorAll('svg[data-plot]')) {
  const columns = [...plot.querySelectorAll('g')];
  const readout = document.createElement('output');
  readout.className = 'readout';
  readout.textContent = 'Point at a column, or use the arrow keys.';
  plot.closest('figure').append(readout);
  plot.tabIndex = 0;
  let at = -1;
  const show = (index) => {
    if (at >= 0) columns[at].classList.remove('on');
    at = Math.min(Math.max(index, 0), columns.length - 1);
    columns[at].classList.add('on');
    readout.textContent = columns[at].querySelector('title').textContent;
  };
  columns.forEach((column, index) => column.addEventListener('pointerenter', () => show(index)));
  plot.addEventListener('keydown', (event) => {
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: columns.length - 1}[event.key];
    if (to !== undefined) {
      event.preventDefault();
      show(to);
    }
  });
}
for (const table of document.querySelectorAll('table.list')) {
  const body = table.tBodies[0];
  table.querySelectorAll('thead th').forEach((head, index) => {
    const button = document.createElement('button');
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const value = (row) => row.cells[index].dataset.v ?? row.cells[index].textContent;
    button.addEventListener('click', () => {
      const falling = head.getAttribute('aria-sort') !== 'descending';
      table.querySelectorAll('thead th').forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
      const rows = [...body.rows].sort((a, b) => value(a).localeCompare(value(b), 'en', {numeric: true}));
      body.append(...(falling ? rows.reverse() : rows));
    });
  });
  if (body.rows.length > 5) {
    const filter = document.createElement('input');
    filter.type = 'search';
    filter.className = 'filter';
    filter.placeholder = 'Filter';
    filter.setAttribute('aria-label', 'Show only rows with this text');
    filter.addEventListener('input', () => {
      const text = filter.value.toLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(text);
    });
    table.before(filter);
  }
}
