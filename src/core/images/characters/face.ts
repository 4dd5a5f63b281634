import type { Expression, Person } from './person';
import { middle, path, projection, round, type Projection } from './projection';

/** Neck, ears, face and what is in it, lit from one side. */
export function drawFace(person: Person): string {
  const at = projection(person.pose);
  const outline = faceOutline(at);
  const { skin, light } = person;
  const toLight = light.shadow === 'right' ? -1 : 1;
  return [
    ears(person, at),
    `<clipPath id="face"><path d="${outline}"/></clipPath>`,
    `<path d="${outline}" fill="${mix(skin.base, skin.shade, light.depth)}"/>`,
    `<g clip-path="url(#face)">`,
    `<path d="${outline}" fill="${skin.base}" transform="translate(${round(toLight * 15)} -3)"/>`,
    cheeks(person, at),
    `</g>`,
    person.beard ? beard(person.beard, at, outline) : '',
    [-1, 1].map((side) => eye(person, at, side as -1 | 1)).join(''),
    nose(person, at),
    freckles(person, at),
    person.moustache ? moustache(person.moustache, at) : '',
    mouth(person, at),
    person.mole ? `<circle cx="${round(at.x(-24))}" cy="216" r="1.9" fill="${person.mole}"/>` : '',
    glasses(person, at),
  ].join('');
}

export function drawNeck({ skin }: Person): string {
  return (
    `<path d="M138 214L136 300H184L182 214Z" fill="${skin.shade}"/>` +
    `<path d="M137.200 254Q160 274 182.600 250L182.500 236Q160 256 138 240Z" fill="${skin.line}" opacity=".28"/>`
  );
}

/** Jaw and cheeks follow the turn; the far cheek flattens. */
function faceOutline(at: Projection): string {
  const chin = middle + at.yaw * 15;
  const [left, right] = [110 + Math.max(0, at.yaw) * 5, 210 + Math.min(0, at.yaw) * 5];
  const [leftJaw, rightJaw] = [117 + at.yaw * 8, 203 + at.yaw * 8];
  return path`M${left} 158C${left - 1} 100 ${right + 1} 100 ${right} 158C${right + 1.5} 176 ${rightJaw + 4} 190 ${rightJaw} 204C${rightJaw - 7} 226 ${chin + 20} 242 ${chin} 242C${chin - 20} 242 ${leftJaw + 7} 226 ${leftJaw} 204C${leftJaw - 4} 190 ${left - 1.5} 176 ${left} 158Z`;
}

function ears({ skin, earrings, hair, pose }: Person, at: Projection): string {
  const covered = hair === 'bob' || hair === 'long';
  return ([-1, 1] as const)
    .filter((side) => side * pose.yaw < 0.45)
    .map((side) => {
      const x = middle + side * 52 - pose.yaw * 5;
      const ear = covered
        ? ''
        : path`<ellipse cx="${x}" cy="184" rx="${8.5}" ry="${14}" fill="${0}"/>`.replace('fill="0"', `fill="${skin.shade}"`) +
          `<path d="${path`M${x - side * 1} 176Q${x + side * 5} 178 ${x + side * 2.5} 190`}" fill="none" stroke="${skin.line}" stroke-width="2" stroke-linecap="round" opacity=".7"/>`;
      return ear + (earrings ? earring(earrings, covered ? at.x(side * 50) - at.yaw * 4 : x, covered ? 240 : 201) : '');
    })
    .join('');
}

export function earring({ shape, color }: NonNullable<Person['earrings']>, x: number, y: number): string {
  return shape === 'hoop'
    ? `<circle cx="${round(x)}" cy="${round(y + 3)}" r="5" fill="none" stroke="${color}" stroke-width="2.4"/>`
    : `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${color}"/>`;
}

function cheeks({ blush }: Person, at: Projection): string {
  return [-29, 29].map((x) => `<ellipse cx="${round(at.x(x))}" cy="205" rx="${round(12 * at.width(x))}" ry="7" fill="${blush}" opacity=".34"/>`).join('');
}

function eye(person: Person, at: Projection, side: -1 | 1): string {
  const { expression, iris, brows } = person;
  const x = at.x(side * 23.5);
  const width = at.width(side * 23.5);
  const open = openness[expression];
  const look = at.yaw * 1.2;
  const id = side < 0 ? 'eye-left' : 'eye-right';
  const white = path`<ellipse cx="${x}" cy="178" rx="${9 * width}" ry="${7.2 * open}"`;
  const lid = path`M${x - 10 * width} ${177}Q${x} ${177 - 11 * open} ${x + 10 * width} ${177}`;
  return [
    `<clipPath id="${id}">${white}/></clipPath>${white} fill="#fff"/>`,
    `<g clip-path="url(#${id})">`,
    path`<ellipse cx="${x + look}" cy="178.400" rx="${5.3 * Math.sqrt(width)}" ry="5.300" fill="${0}"/>`.replace('fill="0"', `fill="${iris}"`),
    path`<ellipse cx="${x + look}" cy="178.400" rx="${2.7 * Math.sqrt(width)}" ry="2.700" fill="#211C1A"/>`,
    `</g>`,
    `<circle cx="${round(x + look + 1.7)}" cy="176.200" r="1.500" fill="#fff"/>`,
    `<path d="${lid}" fill="none" stroke="${person.hairTones.line}" stroke-width="2.400" stroke-linecap="round"/>`,
    brow(person, x, width, side, brows),
  ].join('');
}

const openness: Readonly<Record<Expression, number>> = { smile: 1, laugh: 0.82, calm: 0.86, amused: 0.92, surprise: 1.22 };

function brow({ expression }: Person, x: number, width: number, side: -1 | 1, { color, weight }: Person['brows']): string {
  const lift = { smile: 0, laugh: -2, calm: 3, amused: side > 0 ? -6 : 2, surprise: -6 }[expression];
  const inner = expression === 'calm' ? 3 : 1;
  const [from, to] = [x - side * 11.5 * width, x + side * 12 * width];
  const d = path`M${from} ${157 + lift + inner}Q${x + side * 2} ${149 + lift} ${to} ${157 + lift}`;
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${weight}" stroke-linecap="round"/>`;
}

function nose({ skin }: Person, at: Projection): string {
  const bridge = at.x(0, 1.05);
  const tip = at.x(0, 1.28);
  const side = at.yaw < 0 ? -1 : 1;
  const d = path`M${bridge} 184Q${tip - side * 3} 197 ${tip + side * 1.5} 204.5Q${tip - side * 2} 209 ${tip - side * 7} 205.5`;
  return `<path d="${d}" fill="none" stroke="${skin.line}" stroke-width="2.300" stroke-linecap="round" stroke-linejoin="round"/>`;
}

function mouth({ expression, lips, skin }: Person, at: Projection): string {
  const x = at.x(0, 1.1);
  const half = 14 * at.width(0);
  const line = (d: string, width = 3) => `<path d="${d}" fill="none" stroke="${lips}" stroke-width="${width}" stroke-linecap="round"/>`;
  const chin = `<path d="${path`M${x - 5} 232Q${x} 234.500 ${x + 5} 232`}" fill="none" stroke="${skin.line}" stroke-width="1.600" stroke-linecap="round" opacity=".75"/>`;
  switch (expression) {
    case 'smile':
      return line(path`M${x - half} 217Q${x} 230 ${x + half} 216`) + chin;
    case 'calm':
      return line(path`M${x - half * 0.8} 220Q${x} 223.500 ${x + half * 0.85} 218.500`) + chin;
    case 'amused':
      return line(path`M${x - half * 0.8} 220Q${x + half * 0.3} 225 ${x + half * 1.1} 213.500`) + chin;
    case 'laugh':
      return (
        `<path d="${path`M${x - half * 1.15} 213Q${x} 218 ${x + half * 1.15} 213Q${x + half * 0.9} 233 ${x} 233Q${x - half * 0.9} 233 ${x - half * 1.15} 213Z`}" fill="#7A2B30"/>` +
        `<path d="${path`M${x - half * 0.98} 214.500Q${x} 219 ${x + half * 0.98} 214.500L${x + half * 0.8} 220Q${x} 223 ${x - half * 0.8} 220Z`}" fill="#fff"/>` +
        `<path d="${path`M${x - half * 0.5} 229.500Q${x} 224 ${x + half * 0.5} 229.500Q${x} 233.500 ${x - half * 0.5} 229.500Z`}" fill="#D9737A"/>`
      );
    case 'surprise':
      return `<ellipse cx="${round(x)}" cy="221" rx="${round(half * 0.5)}" ry="7.500" fill="#7A2B30" stroke="${lips}" stroke-width="2.600"/>`;
  }
}

function freckles({ freckles: color }: Person, at: Projection): string {
  if (!color) return '';
  const spots: readonly (readonly [number, number])[] = [[-31, 199], [-24, 203], [-17, 199.5], [-36, 203], [17, 199.5], [24, 203], [31, 199], [36, 203]];
  return spots.map(([x, y]) => `<circle cx="${round(at.x(x))}" cy="${y}" r="1.250" fill="${color}"/>`).join('');
}

function beard({ color, shade }: NonNullable<Person['beard']>, at: Projection, outline: string): string {
  const x = at.x(0, 1.1);
  return (
    `<g clip-path="url(#face)"><path d="${path`M100 168L${at.x(-47)} 178C${at.x(-44)} 204 ${x - 32} 206 ${x - 16} 207Q${x} 203 ${x + 16} 207C${x + 32} 206 ${at.x(44)} 204 ${at.x(47)} 178L220 168V260H100Z`}" fill="${color}"/>` +
    `<path d="${outline}" fill="none" stroke="${shade}" stroke-width="5"/></g>` +
    `<ellipse cx="${round(x)}" cy="219.500" rx="17" ry="7.500" fill="${shade}" opacity=".45"/>`
  );
}

function moustache(color: string, at: Projection): string {
  const x = at.x(0, 1.15);
  return `<path d="${path`M${x} 207C${x - 9} 203 ${x - 22} 207 ${x - 28} 218C${x - 18} 220 ${x - 8} 218 ${x} 213C${x + 8} 218 ${x + 18} 220 ${x + 28} 218C${x + 22} 207 ${x + 9} 203 ${x} 207Z`}" fill="${color}"/>`;
}

function glasses({ glasses: worn }: Person, at: Projection): string {
  if (!worn) return '';
  const [left, right] = [-23.5, 23.5].map((x) => ({ x: at.x(x, 1.03), half: 18 * at.width(x) })) as [Lens, Lens];
  const frame = `fill="#fff" fill-opacity=".16" stroke="${worn.color}" stroke-width="2.500"`;
  const lens = ({ x, half }: Lens) =>
    worn.shape === 'round'
      ? `<ellipse cx="${round(x)}" cy="178" rx="${round(half)}" ry="17.500" ${frame}/>`
      : `<rect x="${round(x - half)}" y="164" width="${round(half * 2)}" height="27" rx="6" ${frame}/>`;
  const arm = (from: number, to: number) => `M${round(from)} 175L${round(to)} 172`;
  return (
    lens(left) + lens(right) +
    `<path d="${path`M${left.x + left.half} 176Q${(left.x + right.x) / 2} 169 ${right.x - right.half} 176`}${arm(left.x - left.half, Math.min(left.x - left.half, 110 - at.yaw * 2))}${arm(right.x + right.half, Math.max(right.x + right.half, 210 - at.yaw * 2))}" fill="none" stroke="${worn.color}" stroke-width="2.500"/>`
  );
}

interface Lens {
  readonly x: number;
  readonly half: number;
}

/** A colour between two, `share` of the second. */
export function mix(first: string, second: string, share: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(channel(first, at) * (1 - share) + channel(second, at) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
