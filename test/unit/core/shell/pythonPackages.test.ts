import { expect, test } from 'vitest';
import { comparePackages, listedPackages, wantedPackages } from '../../../../src/core/shell/pythonPackages';

const block = [
  'pip install torch torchvision --index-url https://download.pytorch.org/whl/cu118',
  'pip install diffusers[torch] transformers==4.46.0 "accelerate>=1.0" bitsandbytes # four',
  'python3 -m pip install -U pillow opencv-python -r requirements.txt ./local git+https://x/y.git',
  'echo pip install nothing',
];

test('packages that pip install lines name', () => {
  expect(wantedPackages(block).map(({ name }) => name)).toEqual(['torch', 'torchvision', 'diffusers', 'transformers', 'accelerate', 'bitsandbytes', 'pillow', 'opencv-python']);
});

test.each([
  ['the table', 'Package           Version\n----------------- -----------\ntorch             2.5.1+cu118\nPillow            11.0.0\nopencv_python     4.10.0\n\n[notice] A new release of pip is available: 24.0 -> 25.0\n'],
  ['the freeze format', 'torch==2.5.1+cu118\nPillow==11.0.0\nopencv_python==4.10.0\n'],
  ['JSON', '[{"name": "torch", "version": "2.5.1+cu118"}, {"name": "Pillow", "version": "11.0.0"}, {"name": "opencv_python", "version": "4.10.0"}]\n'],
])('%s of pip list', (_name, output) => {
  expect([...listedPackages(output)]).toEqual([['torch', '2.5.1+cu118'], ['pillow', '11.0.0'], ['opencv-python', '4.10.0']]);
});

test('what differs', () => {
  const listed = new Map([['torch', '2.5.1+cu118'], ['pillow', '11.0.0']]);
  const wanted = [{ name: 'torch', version: '2.5.1' }, { name: 'Pillow', version: '10.0' }, { name: 'numpy' }];
  expect(comparePackages(wanted, listed)).toEqual({ missing: ['numpy'], different: ['Pillow 11.0.0 found, 10.0 wanted'] });
});
