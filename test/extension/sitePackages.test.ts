import assert from 'node:assert/strict';
import { sitePackages } from '../../src/extension/analysis/sitePackages.js';

describe('folders of installed packages', () => {
  it('lie below the prefix', () => {
    assert.deepEqual(sitePackages('/home/me/venv/', { major: 3, minor: 11 }, 'linux'), [
      '/home/me/venv/lib/python3.11/site-packages',
      '/home/me/venv/lib64/python3.11/site-packages',
    ]);
    assert.deepEqual(sitePackages('C:\\venv', { major: 3, minor: 12 }, 'win32'), ['C:/venv/Lib/site-packages']);
  });

  it('are those of the distribution for its own Python', () => {
    assert.equal(sitePackages('/usr', { major: 3, minor: 11 }, 'linux')[1], '/usr/lib/python3/dist-packages');
  });

  it('are not guessed without a version', () => assert.deepEqual(sitePackages('/opt/python', {}, 'darwin'), []));
});
