import type { Clothes, Person } from './person';

/** Shoulders and what they wear, down to the lower edge. */
export function drawClothes({ clothes, skin, light }: Person): string {
  const body = 'M28 420C30 330 82 306 134 290H186C238 306 290 330 292 420Z';
  const shadow =
    light.shadow === 'right' ? 'M196 294C240 308 290 332 292 420H226C230 350 216 318 196 294Z' : 'M124 294C80 308 30 332 28 420H94C90 350 104 318 124 294Z';
  const below = `<path d="${body}" fill="${clothes.base}"/><path d="${shadow}" fill="${clothes.shade}"/>`;
  const lift = clothes.kind === 'turtleneck' ? 0 : -13;
  return `<g transform="translate(0 ${lift})">${below}${kinds[clothes.kind](clothes, skin.shade)}</g>`;
}

const kinds: Readonly<Record<Clothes['kind'], (clothes: Clothes, skin: string) => string>> = {
  turtleneck: ({ trim, shade, accent }) =>
    `<path d="M40 362C96 344 222 344 280 362" fill="none" stroke="${trim}" stroke-width="7"/>` +
    `<path d="M35 378C94 360 224 360 285 378" fill="none" stroke="${accent}" stroke-width="3.500"/>` +
    `<rect x="130" y="261" width="60" height="36" rx="14" fill="${trim}"/>` +
    `<path d="M136 279C150 286 170 286 184 279" fill="none" stroke="${shade}" stroke-width="2"/>`,

  overshirt: ({ under, base, shade, trim, accent }, skin) =>
    `<path d="M128 289H192L212 420H108Z" fill="${under}"/><path d="M137 280H183Q182 306 160 308Q138 306 137 280Z" fill="${skin}"/>` +
    `<path d="M135 288Q139 309 160 310Q181 309 185 288" fill="none" stroke="${accent}" stroke-width="3.500"/>` +
    `<path d="M130 288C112 310 108 360 112 420H84C84 350 96 306 118 294Z" fill="${trim}"/><path d="M190 288C208 310 212 360 208 420H236C236 350 224 306 202 294Z" fill="${trim}"/>` +
    `<path d="M133 280L106 301 116 338 141 309ZM187 280L214 301 204 338 179 309Z" fill="${base}" stroke="${shade}" stroke-width="2" stroke-linejoin="round"/>` +
    `<path d="M50 366h27v24H49z" fill="${trim}"/><path d="M49 372h28" stroke="${base}" stroke-width="2"/>` +
    `<g fill="${shade}"><circle cx="219" cy="352" r="2.600"/><circle cx="222" cy="382" r="2.600"/></g>`,

  jacket: ({ under, base, shade, trim, accent }, skin) =>
    `<path d="M128 289H192L210 420H110Z" fill="${under}"/><path d="M137 280H183Q182 310 160 312Q138 310 137 280Z" fill="${skin}"/>` +
    `<path d="M135 288Q139 313 160 314Q181 313 185 288" fill="none" stroke="${accent}" stroke-width="3.500"/>` +
    `<path d="M131 286C118 320 124 370 132 420H78C80 350 94 306 131 286Z" fill="${base}"/><path d="M189 286C202 320 196 370 188 420H242C240 350 226 306 189 286Z" fill="${base}"/>` +
    `<path d="M131 284C100 300 97 318 104 342L123 333 117 354 132 420M189 284C220 300 223 318 216 342L197 333 203 354 188 420" fill="none" stroke="${shade}" stroke-width="2.600" stroke-linejoin="round"/>` +
    `<circle cx="84" cy="366" r="8" fill="${trim}"/><path d="M84 361v10M79 366h10" stroke="#fff" stroke-width="2"/>`,

  cardigan: ({ under, base, shade, trim, accent }, skin) =>
    `<path d="M124 288H196L176 420H144Z" fill="${under}"/><path d="M137 280H183L160 308Z" fill="${skin}"/>` +
    `<path d="M153 310h14l5 12-4 98h-16l-4-98z" fill="${accent}"/><path d="M149 336l22 12M149 358l21 12M149 380l20 12" stroke="#fff" stroke-width="3" opacity=".5"/><path d="M151 306h18l-4 14h-10z" fill="${accent}"/><path d="M153 320h14" stroke="#fff" stroke-width="1.500" opacity=".5"/>` +
    `<path d="M134 280L118 298 146 328 160 307 174 328 202 298 186 280 160 306Z" fill="#fff" stroke="#CFD6DE" stroke-width="2" stroke-linejoin="round"/>` +
    `<path d="M121 296C118 330 134 372 152 420H122C112 372 106 324 114 298ZM199 296C202 330 186 372 168 420H198C208 372 214 324 206 298Z" fill="${trim}"/>` +
    `<path d="M121 298C119 332 135 374 151 420M199 298C201 332 185 374 169 420" fill="none" stroke="${base}" stroke-width="2"/>` +
    `<path d="M62 340C72 360 74 386 72 420M258 340C248 360 246 386 248 420" fill="none" stroke="${shade}" stroke-width="2.400"/>` +
    `<g fill="#E3C27A"><circle cx="129" cy="366" r="3.400"/><circle cx="138" cy="392" r="3.400"/></g>`,

  dungarees: ({ under, base, shade, trim, accent }, skin) =>
    `<path d="M28 420C30 330 82 306 134 290H186C238 306 290 330 292 420Z" fill="${under}"/><path d="M196 294C240 308 290 332 292 420H226C230 350 216 318 196 294Z" fill="${trim}" opacity=".45"/>` +
    `<path d="M137 280H183Q182 308 160 310Q138 308 137 280Z" fill="${skin}"/><path d="M134 288Q138 313 160 314Q182 313 186 288" fill="none" stroke="${trim}" stroke-width="5"/>` +
    `<path d="M60 340Q50 366 48 420M260 340Q270 366 272 420" fill="none" stroke="${trim}" stroke-width="2.400"/>` +
    `<path d="M100 301L118 295 127 360H105ZM220 301L202 295 193 360H215Z" fill="${base}"/><path d="M99 352H221L230 420H90Z" fill="${base}"/><path d="M196 352H221L230 420H204Z" fill="${shade}"/>` +
    `<path d="M103 359H217" stroke="${shade}" stroke-width="2.400" stroke-dasharray="5 3"/><path d="M137 374h46v22q-23 14-46 0z" fill="${shade}"/><path d="M141 381h38" stroke="${base}" stroke-width="1.800" stroke-dasharray="4 3"/>` +
    `<circle cx="116" cy="361" r="5.500" fill="${accent}"/><circle cx="204" cy="361" r="5.500" fill="${accent}"/>`,
};
