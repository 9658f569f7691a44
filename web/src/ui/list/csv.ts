type Cell = string | null | undefined;

/** RFC 4180. What a spreadsheet would take for a formula is made text, since clients can write into names. */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell) => {
    const text = /^[=+\-@\t\r]/.test(value ?? '') && !/^-?[\d.]+$/.test(value ?? '') ? `'${value}` : value ?? '';
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** With a mark by which spreadsheets know that it is UTF-8. */
export function saveText(name: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
