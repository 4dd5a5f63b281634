/** Properties of the manifest whose text people read. */
const readByPeople = new Set(['title', 'description', 'markdownDescription', 'enumDescriptions', 'markdownEnumDescriptions', 'patternErrorMessage', 'contextualTitle', 'contents', 'altText', 'displayName', 'shortTitle']);

/**
 * Gives every text that people read a name, `%name%`, and says which of them had none.
 * @param strings texts by name, as in package.nls.json
 */
export function nameStrings(manifest, strings) {
  const all = { ...strings };
  const added = [];
  const name = (text, key) => {
    if (/^%.+%$/.test(text)) return text;
    added.push(text);
    let free = key;
    for (let number = 2; all[free] !== undefined && all[free] !== text; number++) free = `${key}.${number}`;
    all[free] = text;
    return `%${free}%`;
  };
  const walk = (value, place) => {
    if (Array.isArray(value)) return value.map((one, index) => walk(one, [...place, placeOf(one, index)]));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        // A view's name is shown, a view container's title too; the extension's own name and command categories are names.
        const isText = readByPeople.has(key) || (key === 'name' && place.includes('views'));
        if (isText && typeof one === 'string') return [key, name(one, keyOf([...place, key]))];
        if (isText && Array.isArray(one)) return [key, one.map((text, index) => name(text, keyOf([...place, key, String(index)])))];
        return [key, walk(one, [...place, key])];
      }),
    );
  };
  const { displayName, ...rest } = manifest;
  const walked = walk(rest, []);
  const entries = Object.keys(manifest).map((key) => [key, key === 'displayName' ? displayName : walked[key]]);
  return { manifest: Object.fromEntries(entries), strings: all, added, changed: added.length > 0 };
}

/** Names that a manifest uses. */
export function namedStrings(manifest) {
  return new Set([...JSON.stringify(manifest).matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key));
}

/** The manifest with its texts in place of their names. */
export function withStrings(manifest, strings) {
  return JSON.parse(JSON.stringify(manifest), (_key, value) => (typeof value === 'string' && /^%[^%]+%$/.test(value) ? (strings[value.slice(1, -1)] ?? value) : value));
}

function placeOf(value, index) {
  return value?.command ?? value?.id ?? value?.view ?? String(index);
}

function keyOf(place) {
  const words = place.filter((word, index) => !['contributes', 'properties', 'configuration'].includes(word) && (index === place.length - 1 || !/^\d+$/.test(word))).map((word) => word.replace(/^evalmark\.(?=.)/, ''));
  return words.join('.').replace(/[^\w.]+/g, '-');
}
