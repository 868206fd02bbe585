// A shape in the list of requests searches for its differences.
if (bar) {
  const search = bar.querySelector('input');
  for (const cell of document.querySelectorAll('#requests td.name')) {
    const button = document.createElement('button');
    button.className = 'linked';
    button.textContent = cell.textContent;
    button.title = 'Show the differences of these requests';
    button.addEventListener('click', () => {
      search.value = cell.textContent;
      search.dispatchEvent(new Event('input'));
      search.focus();
      document.getElementById('differences').scrollIntoView();
    });
    cell.replaceChildren(button);
  }
}
