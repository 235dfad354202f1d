/**
 * Modules of the standard library that can be imported, but whose results depend on the run (the clock, the disk, the network,
 * other processes) or say nothing about a model: every name in them is unknown.
 */
import type { ModelledModule } from '../define.js';

const NAMES = [
  'array', 'ast', 'asyncio', 'atexit', 'base64', 'binascii', 'bz2', 'calendar', 'cProfile', 'codecs', 'colorsys', 'concurrent', 'configparser', 'csv',
  'ctypes', 'curses', 'datetime', 'difflib', 'dis', 'email', 'errno', 'faulthandler', 'fcntl', 'filecmp', 'fileinput', 'fnmatch', 'ftplib',
  'gc', 'getopt', 'getpass', 'gettext', 'glob', 'gzip', 'hashlib', 'hmac', 'html', 'http', 'imghdr', 'io', 'ipaddress', 'linecache',
  'locale', 'lzma', 'marshal', 'mimetypes', 'mmap', 'multiprocessing', 'netrc', 'optparse', 'pdb', 'pickle', 'pickletools', 'pkgutil',
  'platform', 'pprint', 'profile', 'pstats', 'pty', 'py_compile', 'queue', 'random', 'readline', 'reprlib', 'resource', 'runpy', 'sched', 'secrets',
  'select', 'selectors', 'shelve', 'shlex', 'shutil', 'signal', 'site', 'smtplib', 'socket', 'socketserver', 'sqlite3', 'ssl', 'stat',
  'statistics', 'struct', 'subprocess', 'sysconfig', 'syslog', 'tarfile', 'telnetlib', 'tempfile', 'termios', 'threading', 'time', 'timeit', 'tkinter',
  'token', 'tokenize', 'trace', 'traceback', 'tracemalloc', 'turtle', 'unicodedata', 'unittest', 'urllib', 'uuid', 'wave', 'weakref',
  'webbrowser', 'xml', 'zipfile', 'zipimport', 'zlib',
] as const;

/** `described`: names of modules that are described elsewhere. */
export function opaqueModules(described: ReadonlySet<string>): readonly ModelledModule[] {
  return NAMES.filter((name) => !described.has(name)).map((name) => ({ name, isPackage: true }));
}
