/** The functions of the shop that the voice may call. Licence: Apache-2.0 */

const basket = new Map(); // item → quantity

/** "two lanterns" means the storm lantern: the card that shares a word with what was said. */
function find(said) {
  const words = String(said).toLowerCase().split(/\W+/).map((word) => word.replace(/s$/, '')).filter((word) => word.length > 2);
  const cards = [...document.querySelectorAll('[data-item]')];
  const card = cards.find(({ dataset }) => words.some((word) => dataset.item.includes(word)));
  if (!card) throw new Error(`We do not sell ${said}. We sell: ${cards.map(({ dataset }) => dataset.item).join(', ')}.`);
  return card;
}

function add(card, quantity) {
  const name = card.querySelector('h2').textContent;
  basket.set(name, (basket.get(name) ?? 0) + quantity);
  document.getElementById('basket').replaceChildren(...[...basket].map(([item, count]) => {
    const line = document.createElement('li');
    line.textContent = `${count} × ${item}`;
    return line;
  }));
  document.getElementById('empty').hidden = true;
  return { item: name, quantity: basket.get(name) };
}

document.querySelector('live-voice').functions = {
  add_to_basket: ({ item, quantity = 1 }) => add(find(item), Math.min(99, Math.max(1, Math.round(quantity)))),
  show_item({ item }) {
    const card = find(item);
    for (const other of document.querySelectorAll('.shown')) other.classList.remove('shown');
    card.classList.add('shown');
    card.scrollIntoView({ block: 'center' });
    return { shown: card.querySelector('h2').textContent, price: card.querySelector('.price').textContent };
  },
};

for (const card of document.querySelectorAll('[data-item]')) {
  card.querySelector('button').addEventListener('click', () => add(card, 1));
}
