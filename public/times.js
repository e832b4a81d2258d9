// Writes each <time data-local> in the reader's own language and zone. Without it the server's UTC text stays.
const near = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

for (const element of document.querySelectorAll('time[data-local]')) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  element.textContent = near.format(moment);
  element.title = `${exact.format(moment)} (${moment.toISOString()})`;
}
