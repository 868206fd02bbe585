// The differences: a search, two choices, and how many are left. A shape in the list of requests searches for itself.
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
    left.textContent = shown === groups.length ? `${shown} kinds` : `${shown} of ${groups.length} kinds`;
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
  for (const cell of document.querySelectorAll('#requests td.name')) {
    const button = document.createElement('button');
    button.className = 'linked';
    button.textContent = cell.textContent;
    button.title = 'Show the differences of these requests';
    button.addEventListener('click', () => {
      search.value = cell.textContent;
      apply();
      search.focus();
      document.getElementById('differences').scrollIntoView();
    });
    cell.replaceChildren(button);
  }
  apply();
}
