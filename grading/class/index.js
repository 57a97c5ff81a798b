// index.js - sorts and filters the tables of index.html, see page.awk.
'use strict'

const collator = new Intl.Collator('en', { numeric: true })

// What a row is sorted by in a column.
const value = (row, column) =>
    row.cells[column].dataset.sort ?? row.cells[column].textContent

// Numbers by their value, and all else as people sort names.
function compare(a, b) {
    const difference = Number(a || NaN) - Number(b || NaN)
    return Number.isNaN(difference) ? collator.compare(a, b) : difference
}

function sort(table, head) {
    const direction =
        head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending'
    const sign = direction === 'ascending' ? 1 : -1
    for (const other of table.querySelectorAll('[aria-sort]'))
        other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', direction)
    const rows = [...table.tBodies[0].rows]
        .map(row => ({ row, key: value(row, head.cellIndex) }))
        .sort((a, b) => sign * compare(a.key, b.key))
    table.tBodies[0].append(...rows.map(({ row }) => row))
}

for (const head of document.querySelectorAll('thead tr:last-child th')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...head.childNodes)
    button.addEventListener('click', () => sort(head.closest('table'), head))
    head.append(button)
}

const form = document.querySelector('form')
const rows = document.querySelector('.grid').tBodies[0].rows

function filter() {
    const name = form.querySelector('input').value.toLowerCase()
    const wanted = form.querySelector('select').value
    let shown = 0
    for (const row of rows) {
        row.hidden = !row.cells[0].textContent.toLowerCase().includes(name) ||
            (wanted !== '' && !row.dataset.is.split(' ').includes(wanted))
        shown += !row.hidden
    }
    form.querySelector('output').textContent = `${shown} of ${rows.length} shown`
}

form.addEventListener('input', filter)
form.addEventListener('submit', event => event.preventDefault())
form.hidden = false
filter()
