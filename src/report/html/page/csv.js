/**
 * The lines of report.csv, cut out of a stream of text. A line break inside quotes belongs to its line: it ends where
 * the quotes before it are even in number.
 */
export function createLines() {
  let begun = '';
  return {
    /** The lines that are whole now, without their line breaks. @param {string} text @returns {string[]} */
    add(text) {
      const whole = [];
      const pieces = (begun + text).split('\n');
      begun = pieces.pop() ?? '';
      let line = '';
      for (const piece of pieces) {
        line = line === '' ? piece : `${line}\n${piece}`;
        if (line.includes('"') && line.split('"').length % 2 === 0) continue;
        whole.push(line);
        line = '';
      }
      if (line !== '') begun = `${line}\n${begun}`;
      return whole;
    },
  };
}

/** The fields of one line, as the report has them. @param {string} line @returns {string[]} */
export function fieldsOf(line) {
  if (!line.includes('"')) return line.split(',');
  const fields = [];
  for (let at = 0; at <= line.length;) {
    let end = line.indexOf(',', at);
    if (line[at] !== '"') {
      if (end === -1) end = line.length;
      fields.push(line.slice(at, end));
    } else {
      end = line.indexOf('"', at + 1);
      while (line[end + 1] === '"') end = line.indexOf('"', end + 2);
      fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
    }
    at = end + 1;
  }
  return fields;
}

/** Without the apostrophe that keeps a spreadsheet from running a cell. @param {string} field */
export function plainField(field) {
  return field.includes("'") ? field.replace(/(?<=^|[;\t\r\n])'/g, '') : field;
}
