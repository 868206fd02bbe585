'use strict';
// Pages are complete without this. It adds: figures of a column by pointer or arrow keys, lists in another order, a filter
// for long lists, and a search for groups that open.
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
// Groups that open: a search, choices, and how many are left.
const groups = [...document.querySelectorAll('details.group')];
const bar = document.querySelector('.tools');
if (bar) {
  const search = bar.querySelector('input');
  const choices = [...bar.querySelectorAll('select')];
  const left = bar.querySelector('output');
  const texts = new Map();
  const textOf = (group) => {
    if (!texts.has(group)) texts.set(group, group.textContent.toLowerCase());
    return texts.get(group);
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      const fits = choices.every((choice) => !choice.value || group.dataset[choice.name] === choice.value) &&
          words.every((word) => textOf(group).includes(word));
      group.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    const {thing, things} = bar.dataset;
    left.textContent = `${shown === groups.length ? '' : `${shown} of `}${groups.length} ${groups.length === 1 ? thing : things}`;
  };
  bar.hidden = false;
  search.addEventListener('input', apply);
  choices.forEach((choice) => choice.addEventListener('change', apply));
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  apply();
}
