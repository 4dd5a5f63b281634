import type { Person, Room } from './person';

/** Wall, window and the things that stand and hang around. */
export function drawRoom({ room, light }: Person): string {
  const turned = room.side === 'left' ? 'transform="translate(320 0) scale(-1 1)"' : '';
  return [
    `<rect width="320" height="400" fill="${room.wall}"/><path d="M0 292h320v108H0z" fill="${room.low}"/><path d="M0 287h320v6H0z" fill="#fff" opacity=".5"/>`,
    `<g ${turned}>${windows[room.window](room)}</g>`,
    room.things.map((thing) => things[thing](room)).join(''),
    light.beam ? `<path ${turned} d="M228 100L308 92 130 400H-40Z" fill="${light.beam.color}" opacity="${light.beam.opacity}"/>` : '',
  ].join('');
}

const frame = '#F6EFE1';

const windows: Readonly<Record<Room['window'], (room: Room) => string>> = {
  arch: (room) =>
    `<path d="M222 190V92a43 43 0 0 1 86 0v98z" fill="${frame}"/><clipPath id="pane"><path d="M229 183V93a36 36 0 0 1 72 0v90z"/></clipPath>` +
    view(room, 265, 284, 98) +
    `<path d="M265 57v126M229 122h72" stroke="${frame}" stroke-width="5"/><path d="M214 190h102v9H214z" fill="#E9DEC8"/>`,
  square: (room) =>
    `<path d="M222 52h92v142h-92z" fill="${frame}"/><clipPath id="pane"><path d="M229 59h78v128h-78z"/></clipPath>` +
    view(room, 268, 286, 92) +
    `<path d="M268 59v128M229 112h78" stroke="${frame}" stroke-width="5"/><path d="M214 192h106v9H214z" fill="#E9DEC8"/>` +
    `<path d="M214 40h14c4 60-2 112-14 150zM322 40h-14c-4 60 2 112 14 150z" fill="#fff" opacity=".55"/>`,
  wide: (room) =>
    `<path d="M196 66h130v116H196z" fill="${frame}"/><clipPath id="pane"><path d="M203 73h120v102H203z"/></clipPath>` +
    view(room, 264, 294, 96) +
    `<path d="M263 73v102" stroke="${frame}" stroke-width="5"/><path d="M190 180h136v9H190z" fill="#E9DEC8"/>`,
  round: (room) =>
    `<circle cx="264" cy="112" r="50" fill="${frame}"/><clipPath id="pane"><circle cx="264" cy="112" r="43"/></clipPath>` +
    view(room, 264, 282, 92) +
    `<path d="M264 69v86M221 112h86" stroke="${frame}" stroke-width="4.500"/>`,
};

/** Sky, sun or moon, and hills, cut to the pane. */
function view({ sky, hills, orb, night }: Room, x: number, orbX: number, orbY: number): string {
  const stars = night ? [[-24, 84], [-12, 70], [12, 104], [30, 78], [-30, 112], [4, 88]].map(([dx, y]) => `<circle cx="${x + (dx ?? 0)}" cy="${y}" r="1.300" fill="#fff" opacity=".9"/>`).join('') : '';
  const moon = night ? `<circle cx="${orbX + 5}" cy="${orbY - 3}" r="9" fill="${sky}"/>` : '';
  return (
    `<g clip-path="url(#pane)"><path d="M150 0h200v220H150z" fill="${sky}"/>${stars}<circle cx="${orbX}" cy="${orbY}" r="10" fill="${orb}"/>${moon}` +
    `<path d="M180 220v-66c26-14 44-14 62-2s36 10 56-6 32-8 50 4v70z" fill="${hills}"/><path d="M180 220v-40c30-12 60-10 88-2s50 2 80-8v50z" fill="#1F3A33" opacity=".18"/></g>`
  );
}

const leaf = '#5E8B6B';
const darkLeaf = '#4B7659';

const things: Readonly<Record<Room['things'][number], (room: Room) => string>> = {
  hanging: ({ side }) =>
    `<g transform="translate(${side === 'right' ? 0 : 224} 0)"><path d="M48 0v48M40 48 48 30l8 18" stroke="#8A7A62" stroke-width="2" fill="none"/>` +
    `<path d="M24 48h48l-6 32a8 8 0 0 1-8 6H38a8 8 0 0 1-8-6z" fill="#C6714C"/><path d="M24 48h48l-1.500 8h-45z" fill="#A95B3B"/>` +
    `<g fill="${leaf}"><path d="M34 50C14 58 8 78 12 100c14-8 22-26 22-50z"/><path d="M60 50c22 10 28 30 22 58-16-12-24-34-22-58z"/><path d="M46 52c-8 22-6 44 4 62 8-18 8-42-4-62z" fill="${darkLeaf}"/>` +
    `<path d="M40 46C30 34 20 30 10 32c6 10 16 16 30 14zM56 46c8-14 18-18 28-16-4 12-14 18-28 16z"/></g></g>`,
  monstera: ({ side }) =>
    `<g transform="translate(${side === 'right' ? 0 : 250} 0)"><path d="M18 300h44l-5 44H23z" fill="#E8DCC4"/><path d="M18 300h44l-1 9H19z" fill="#CDBD9E"/>` +
    `<path d="M40 300C38 260 34 230 26 206M40 300C44 262 52 238 62 220M40 300C36 276 22 262 8 252" fill="none" stroke="${darkLeaf}" stroke-width="3"/>` +
    `<path d="M26 206C4 200-6 180 0 156c14 2 20 8 24 16 2-8 6-12 14-16 8 20 6 40-12 50z" fill="${leaf}"/><path d="M62 220c-12-16-8-36 8-48 6 8 8 14 7 22 6-4 10-4 16-2-2 16-14 28-31 28z" fill="${darkLeaf}"/>` +
    `<path d="M8 252c-16 2-26-6-30-22 12-4 20-2 26 2 0-6 0-10 4-14 10 10 12 24 0 34z" fill="${darkLeaf}"/><path d="M26 206C22 190 16 176 8 168M62 220c4-14 10-24 20-30" stroke="#fff" stroke-width="1.500" fill="none" opacity=".4"/></g>`,
  cactus: ({ side }) =>
    `<g transform="translate(${side === 'right' ? 232 : 34} 0)"><path d="M14 176h34l-4 15H18z" fill="#C6714C"/><path d="M23 176v-32a8 8 0 0 1 16 0v32z" fill="${leaf}"/><path d="M39 160h6a6 6 0 0 0 6-6v-8M23 166h-5a6 6 0 0 1-6-6v-5" fill="none" stroke="${leaf}" stroke-width="7" stroke-linecap="round"/><circle cx="31" cy="135" r="4" fill="#E58A8A"/></g>`,
  shelf: ({ side }) =>
    `<g transform="translate(${side === 'right' ? -404 : -176} 0)"><path d="M404 84h90v192h-90z" fill="#B58E66"/><path d="M411 91h76v54h-76zM411 152h76v54h-76zM411 213h76v56h-76z" fill="#8E6B4A"/>` +
    `<path d="M415 104h10v41h-10z" fill="#4F7A78"/><path d="M427 110h8v35h-8z" fill="#D9A441"/><path d="M437 100h12v45h-12z" fill="#A94F45"/><path d="M451 108h8v37h-8z" fill="#E8DCC4"/><path d="M461 102h11v43h-11z" fill="#41557A"/>` +
    `<path d="M415 168h12v38h-12z" fill="#C97B52"/><path d="M429 164h9v42h-9z" fill="#E8DCC4"/><path d="M440 172h9v34h-9z" fill="${leaf}"/><circle cx="466" cy="195" r="11" fill="#D9A441"/>` +
    `<path d="M415 230h34v12h-34zM418 243h34v12h-34zM414 256h38v13h-38z" fill="#6C8FA3"/><path d="M462 244h16l-2 25h-12z" fill="#E8DCC4"/></g>`,
  lamp: ({ side }) =>
    `<g transform="translate(${side === 'right' ? 0 : 238} 0)"><radialGradient id="glow"><stop offset="0" stop-color="#FFD98A" stop-opacity=".85"/><stop offset="1" stop-color="#FFD98A" stop-opacity="0"/></radialGradient>` +
    `<circle cx="42" cy="150" r="120" fill="url(#glow)"/><path d="M40 166h4v150h-4z" fill="#D9C9A8"/><path d="M24 122h36l14 46H10z" fill="#FFE3A3"/><path d="M10 168h64l-2-7H12z" fill="#F2B95C"/><ellipse cx="42" cy="318" rx="20" ry="5" fill="#D9C9A8"/></g>`,
  frame: ({ side }) =>
    `<g transform="translate(${side === 'right' ? 22 : 224} 66)"><path d="M0 0h74v92H0z" fill="#8E6B4A"/><path d="M6 6h62v80H6z" fill="#F6EFE1"/><circle cx="37" cy="38" r="15" fill="#D98C5F"/><path d="M12 80c8-26 18-32 26-18s14 4 24-12v30z" fill="#5C7F8C"/></g>`,
  garland: () =>
    `<path d="M-4 18C60 54 110 56 160 40S270 22 324 44" fill="none" stroke="#F3E6C8" stroke-width="1.600"/>` +
    [[18, 29], [52, 42], [88, 49], [124, 48], [160, 40], [196, 34], [232, 32], [268, 35], [302, 41]].map(([x, y], index) => `<circle cx="${x}" cy="${(y ?? 0) + 6}" r="5" fill="${['#FFE39A', '#FFC48A', '#FFF0C2'][index % 3]}"/>`).join(''),
};
