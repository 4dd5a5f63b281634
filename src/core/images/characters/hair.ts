import type { HairStyle, Person } from './person';
import { path, round } from './projection';

/** Hair in two layers: what falls behind the head, and what lies on it. */
export interface Hair {
  readonly behind: string;
  readonly before: string;
}

export function drawHair(person: Person): Hair {
  return styles[person.hair](person);
}

const styles: Readonly<Record<HairStyle, (person: Person) => Hair>> = { bob, curls, long, swept, cloud };

function bob({ hairTones: { base, shade, shine }, pose: { yaw } }: Person): Hair {
  const s = yaw * 16;
  return {
    behind:
      fill(path`M${86 - s * 0.4} 200C${80 - s * 0.4} 118 ${118 - s * 0.2} 72 160 72C206 72 ${238 - s * 0.6} 116 ${234 - s * 0.6} 196L${236 - s * 0.6} 236C${214 - s * 0.6} 256 ${110 - s * 0.3} 258 ${84 - s * 0.3} 240Z`, shade) +
      fill(path`M${214 - s * 0.3} 146C${228 - s * 0.4} 188 ${229 - s * 0.4} 224 ${224 - s * 0.4} 246C${208 + s * 0.1} 250 ${197 + s * 0.6} 236 ${202 + s * 0.4} 214C206 196 204 176 198 148Z`, base),
    before:
      fill(path`M${104 + s * 0.1} 148C${91 - s * 0.1} 190 ${92 - s * 0.1} 226 ${96 - s * 0.1} 247C${114 + s * 0.3} 252 ${125 + s * 0.6} 238 ${119 + s * 0.6} 214C${115 + s * 0.5} 196 ${117 + s * 0.4} 176 ${123 + s * 0.5} 146Z`, base) +
      line(path`M${105 + s * 0.2} 168C${100 + s * 0.2} 196 ${101 + s * 0.2} 220 ${104 + s * 0.2} 240`, shade, 2, 0.7) +
      fill(path`M${102 + s * 0.1} 172C${90 + s * 0.1} 106 ${120 - s * 0.1} 76 160 76C${204 + s * 0.1} 76 ${226 - s * 0.1} 106 217 168C${210 + s * 0.1} 150 ${206 + s * 0.1} 142 ${202 + s * 0.1} 134C${188 + s * 0.5} 145 ${150 + s} 141 ${137 + s} 121C${128 + s * 0.7} 142 ${120 + s * 0.5} 150 ${118 + s * 0.5} 170C112 184 102 184 ${102 + s * 0.1} 172Z`, base) +
      line(path`M${112 - s * 0.3} 122Q${132 - s * 0.2} 92 170 90`, shine, 5, 0.75) +
      line(path`M${137 + s} 121Q${142 + s * 0.9} 100 ${158 + s * 0.4} 84`, shade, 2, 0.6),
  };
}

/** Short, tight curls that follow the skull, shaved at the sides. */
function curls({ hairTones: { base, shade, shine }, pose: { yaw } }: Person): Hair {
  const s = yaw * 10;
  const rim = ring(160 - s * 0.5, 150, 56, 62, 196, 344, 13, 14);
  const inner = ring(160 - s * 0.2, 152, 38, 40, 200, 340, 9, 15);
  return {
    behind: fill(path`M${106 - s} 190C${98 - s} 120 ${124 - s} 82 160 82C${198 - s} 82 ${222 - s} 120 ${214 - s} 190Z`, shade) + rim.map((dot) => circle(dot, shade)).join(''),
    before:
      fill(path`M${108 + s * 0.2} 166C${102} 112 ${130 - s * 0.4} 84 160 84C${192 - s * 0.4} 84 ${218} 112 ${212 + s * 0.2} 166L${206 + s * 0.3} 150C${202 + s * 0.5} 134 ${190 + s} 126 ${160 + s} 126C${130 + s} 126 ${118 + s * 0.5} 134 ${114 + s * 0.3} 150Z`, base) +
      ring(160 - s * 0.4, 148, 52, 54, 200, 340, 12, 12).map((dot) => circle(dot, base)).join('') +
      inner.map((dot) => circle(dot, base)).join('') +
      ring(150 - s * 0.4, 146, 42, 46, 214, 300, 6, 5).map((dot) => circle(dot, shine, 0.35)).join('') +
      ring(164 - s * 0.3, 150, 26, 28, 214, 330, 6, 4.5).map((dot) => circle(dot, shine, 0.25)).join(''),
  };
}

/** Long and straight, with a fringe. */
function long({ hairTones: { base, shade, shine }, pose: { yaw } }: Person): Hair {
  const s = yaw * 14;
  return {
    behind: fill(path`M${88 - s * 0.6} 180C${80 - s * 0.6} 104 ${116 - s * 0.2} 68 160 68C${206 - s * 0.2} 68 ${240 - s * 0.6} 104 ${232 - s * 0.6} 180C${236 - s * 0.6} 240 ${242 - s * 0.6} 300 ${246 - s * 0.6} 344C${220 - s * 0.5} 358 ${108 - s * 0.5} 358 ${76 - s * 0.6} 344C${82 - s * 0.6} 300 ${86 - s * 0.6} 240 ${88 - s * 0.6} 180Z`, shade),
    before:
      fill(path`M${112 + s * 0.3} 138C${98 + s * 0.1} 180 ${98 - s * 0.2} 250 ${88 - s * 0.2} 336C${100 - s * 0.1} 344 ${116} 340 ${120 + s * 0.2} 330C${118 + s * 0.4} 270 ${110 + s * 0.5} 214 ${115 + s * 0.5} 150Z`, base) +
      fill(path`M${208 + s * 0.3} 138C${222 + s * 0.1} 180 ${222 - s * 0.1} 250 ${232 - s * 0.2} 336C${220 - s * 0.1} 344 ${206} 340 ${202 + s * 0.2} 330C${206 + s * 0.4} 270 ${213 + s * 0.3} 214 ${206 + s * 0.35} 150Z`, base) +
      line(path`M${106 + s * 0.3} 180C${104 + s * 0.1} 230 ${104} 280 ${100} 326`, shade, 2, 0.8) +
      line(path`M${214 + s * 0.3} 180C${216 + s * 0.1} 230 ${216} 280 ${220} 326`, shade, 2, 0.8) +
      fill(path`M${104 + s * 0.1} 168C${94} 104 ${120 - s * 0.2} 74 160 74C${200 - s * 0.2} 74 ${226} 104 ${216 + s * 0.1} 168L${209 + s * 0.4} 158C${207 + s * 0.5} 152 ${205 + s * 0.6} 148 ${203 + s * 0.6} 147Q${182 + s * 0.9} 151 ${160 + s} 149Q${138 + s * 0.9} 151 ${117 + s * 0.6} 147C${115 + s * 0.6} 148 ${113 + s * 0.5} 152 ${111 + s * 0.4} 158Z`, base) +
      [132, 148, 166, 184].map((x) => line(path`M${x + s * 0.8} 148Q${x + s * 0.7} 134 ${x + s * 0.6 + (160 - x) * 0.12} 122`, shade, 1.8, 0.75)).join('') +
      fill(path`M${112 - s * 0.1} 116Q${160 - s * 0.3} 84 ${208 - s * 0.1} 116Q${160 - s * 0.3} 99 ${112 - s * 0.1} 116Z`, shine, 0.6),
  };
}

/** Grey, receding, brushed back. */
function swept({ hairTones: { base, shade, shine }, pose: { yaw } }: Person): Hair {
  const s = yaw * 12;
  return {
    behind: fill(path`M${104 - s * 0.5} 196C${92 - s * 0.5} 120 ${122 - s * 0.3} 78 162 78C${204 - s * 0.3} 78 ${228 - s * 0.5} 122 ${216 - s * 0.5} 196Z`, shade),
    before:
      fill(path`M${106 + s * 0.2} 186C${94} 112 ${118 - s * 0.3} 80 ${162 - s * 0.2} 80C${206 - s * 0.3} 80 ${224} 116 ${214 + s * 0.2} 186C${210 + s * 0.3} 178 ${207 + s * 0.4} 164 ${204 + s * 0.5} 148C${204 + s * 0.7} 124 ${190 + s} 116 ${172 + s} 120C${160 + s} 106 ${136 + s} 108 ${128 + s * 0.8} 122C${120 + s * 0.6} 130 ${117 + s * 0.5} 140 ${116 + s * 0.5} 150C${114 + s * 0.4} 166 ${111 + s * 0.3} 178 ${106 + s * 0.2} 186Z`, base) +
      line(path`M${130 + s * 0.7} 118C${136 + s * 0.4} 102 ${150} 92 ${172 - s * 0.2} 90`, shade, 2.2, 0.6) +
      line(path`M${150 + s} 110C${158 + s * 0.6} 100 ${172} 95 ${192 - s * 0.2} 97`, shade, 2.2, 0.6) +
      line(path`M${172 + s} 119C${182 + s * 0.6} 108 ${194} 106 ${206 - s * 0.1} 112`, shade, 2.2, 0.6) +
      line(path`M${116 - s * 0.2} 118Q${130 - s * 0.2} 94 ${154 - s * 0.2} 88`, shine, 4, 0.8) +
      line(path`M${108 + s * 0.2} 162Q${109 + s * 0.2} 174 ${111 + s * 0.3} 178`, shade, 2, 0.6),
  };
}

/** A wide cloud of curls with a band. */
function cloud({ hairTones: { base, shade, shine }, pose: { yaw }, clothes: { accent } }: Person): Hair {
  const s = yaw * 14;
  const outer = ring(160 - s * 0.6, 168, 76, 78, 150, 390, 17, 21);
  const crown = ring(160 - s * 0.3, 158, 58, 60, 176, 364, 15, 16);
  const fringe = ring(160 + s * 0.4, 150, 48, 38, 190, 350, 11, 11);
  return {
    behind: `<ellipse cx="${round(160 - s * 0.6)}" cy="168" rx="80" ry="82" fill="${shade}"/>` + outer.map((dot) => circle(dot, shade)).join(''),
    before:
      fill(path`M${106} 176C${92} 112 ${124 - s * 0.3} 84 160 84C${196 - s * 0.3} 84 ${228} 112 ${214} 176L${207 + s * 0.4} 146C${202 + s * 0.7} 126 ${184 + s} 118 ${160 + s} 118C${136 + s} 118 ${118 + s * 0.7} 126 ${113 + s * 0.4} 146Z`, base) +
      crown.map((dot) => circle(dot, base)).join('') +
      ring(160 - s * 0.5, 162, 68, 70, 168, 372, 15, 9).map((dot) => circle(dot, base)).join('') +
      `<path d="${path`M${106 - s * 0.2} 130C${122 - s * 0.2} 92 ${198 - s * 0.2} 92 ${214 - s * 0.2} 130`}" fill="none" stroke="${accent}" stroke-width="11" stroke-linecap="round"/>` +
      `<path d="${path`M${112 - s * 0.2} 121C${130 - s * 0.2} 95 ${176 - s * 0.2} 93 ${196 - s * 0.2} 107`}" fill="none" stroke="#fff" stroke-width="2.200" stroke-linecap="round" opacity=".4"/>` +
      fringe.map((dot) => circle(dot, base)).join('') +
      ring(150 - s * 0.4, 156, 60, 62, 200, 262, 5, 6).map((dot) => curl(dot, shine)).join('') +
      ring(160 + s * 0.4, 150, 46, 34, 206, 330, 6, 5.5).map((dot) => curl(dot, shine)).join(''),
  };
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

/** Dots along an arc of an ellipse, degrees clockwise from the right, a little uneven. */
function ring(x: number, y: number, rx: number, ry: number, from: number, to: number, count: number, r: number): readonly Dot[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = ((from + ((to - from) * index) / (count - 1)) * Math.PI) / 180;
    const uneven = 1 + 0.13 * Math.sin(index * 2.4 + r);
    return { x: x + rx * Math.cos(angle), y: y + ry * Math.sin(angle), r: r * uneven };
  });
}

function circle({ x, y, r }: Dot, color: string, opacity?: number): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(r)}" fill="${color}"${opacity === undefined ? '' : ` opacity="${opacity}"`}/>`;
}

function curl({ x, y, r }: Dot, color: string): string {
  return line(path`M${x - r} ${y}A${r} ${r} 0 1 1 ${x + r * 0.6} ${y + r * 0.8}`, color, 2, 0.6);
}

function fill(d: string, color: string, opacity?: number): string {
  return `<path d="${d}" fill="${color}"${opacity === undefined ? '' : ` opacity="${opacity}"`}/>`;
}

function line(d: string, color: string, width: number, opacity: number): string {
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" opacity="${opacity}"/>`;
}
