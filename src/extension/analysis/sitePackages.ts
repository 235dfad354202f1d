/** Where a Python keeps installed packages, by its `sys.prefix`: folders that may exist, in the order in which Python searches them. */
export function sitePackages(
  prefix: string,
  { major = 3, minor }: { readonly major?: number; readonly minor?: number },
  platform: NodeJS.Platform,
): string[] {
  const base = prefix.replaceAll('\\', '/').replace(/\/+$/, '');
  if (platform === 'win32') return [`${base}/Lib/site-packages`];
  const name = minor === undefined ? null : `python${major}.${minor}`;
  if (name === null) return [];
  const own = [`${base}/lib/${name}/site-packages`, `${base}/lib64/${name}/site-packages`];
  // Debian keeps what apt and pip install for the system's Python apart.
  return base === '/usr' ? [`/usr/local/lib/${name}/dist-packages`, '/usr/lib/python3/dist-packages', ...own] : own;
}
