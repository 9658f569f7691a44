const CYRILLIC: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't',
  у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
};
const LONGEST = 50;

/** A key that the API takes, from a name in any of our languages: `Área do telhado` is `area_do_telhado`. */
export function keyOf(name: string): string {
  const latin = [...name.toLowerCase()].map((char) => CYRILLIC[char] ?? char).join('').normalize('NFD');
  const words = latin.replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '_');
  return words.replace(/^[^a-z]+|_+$/g, '').slice(0, LONGEST);
}
