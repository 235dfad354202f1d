from collections import namedtuple as _namedtuple

_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
_SCHEME = "abcdefghijklmnopqrstuvwxyz0123456789+-."


class _Parts:
    """What both kinds of results know about the address part."""

    @property
    def _host(self):
        rest = self.netloc.rpartition("@")[2]
        if rest.startswith("["):
            inside, _, after = rest[1:].partition("]")
            return inside, after.partition(":")[2]
        host, _, port = rest.partition(":")
        return host, port

    @property
    def hostname(self):
        return self._host[0].lower() or None

    @property
    def port(self):
        return int(self._host[1]) if self._host[1] else None

    @property
    def username(self):
        user, found, _ = self.netloc.rpartition("@")
        return user.partition(":")[0] if found else None

    @property
    def password(self):
        user, found, _ = self.netloc.rpartition("@")
        _, has, password = user.partition(":")
        return password if found and has else None


class SplitResult(_namedtuple("SplitResult", "scheme netloc path query fragment"), _Parts):
    def geturl(self):
        return urlunsplit(self)


class ParseResult(_namedtuple("ParseResult", "scheme netloc path params query fragment"), _Parts):
    def geturl(self):
        return urlunparse(self)


def urlsplit(url, scheme="", allow_fragments=True):
    netloc = query = fragment = ""
    head, found, rest = url.partition(":")
    if found and head and head[0].isalpha() and head.isascii() and all(c in _SCHEME for c in head.lower()):
        scheme, url = head.lower(), rest
    if url.startswith("//"):
        ends = [at for at in (url.find(c, 2) for c in "/?#") if at >= 0]
        end = min(ends) if ends else len(url)
        netloc, url = url[2:end], url[end:]
    if allow_fragments and "#" in url:
        url, _, fragment = url.partition("#")
    if "?" in url:
        url, _, query = url.partition("?")
    return SplitResult(scheme, netloc, url, query, fragment)


def urlparse(url, scheme="", allow_fragments=True):
    parts = urlsplit(url, scheme, allow_fragments)
    path, params = parts.path, ""
    at = path.find(";", path.rfind("/") + 1)
    if at >= 0 and parts.scheme in ("", "http", "https", "ftp", "sip", "sips", "mms", "rtsp", "rtspu", "shttp", "imap", "hdl", "prospero"):
        path, params = path[:at], path[at + 1 :]
    return ParseResult(parts.scheme, parts.netloc, path, params, parts.query, parts.fragment)


def urlunsplit(components):
    scheme, netloc, url, query, fragment = components
    if netloc or (url.startswith("//")):
        if url and not url.startswith("/"):
            url = "/" + url
        url = "//" + netloc + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url += "?" + query
    if fragment:
        url += "#" + fragment
    return url


def urlunparse(components):
    scheme, netloc, url, params, query, fragment = components
    return urlunsplit((scheme, netloc, f"{url};{params}" if params else url, query, fragment))


def urldefrag(url):
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, "")), parts.fragment


def urljoin(base, url, allow_fragments=True):
    if not base or not url:
        return url or base
    b = urlsplit(base)
    u = urlsplit(url, b.scheme)
    if u.scheme != b.scheme:
        return url
    if u.netloc:
        return urlunsplit(u)
    if not u.path:
        return urlunsplit((u.scheme, b.netloc, b.path, u.query or b.query, u.fragment))
    segments = u.path.split("/") if u.path.startswith("/") else b.path.split("/")[:-1] + u.path.split("/")
    resolved = []
    for segment in segments:
        if segment == "..":
            if len(resolved) > 1:
                resolved.pop()
        elif segment != ".":
            resolved.append(segment)
    if segments[-1] in (".", ".."):
        resolved.append("")
    path = "/".join(resolved) or "/"
    return urlunsplit((u.scheme, b.netloc, path if path.startswith("/") or not b.netloc else "/" + path, u.query, u.fragment))


def quote(string, safe="/", encoding=None, errors=None):
    return "".join(chr(byte) if chr(byte) in _SAFE + safe else f"%{byte:02X}" for byte in string.encode("utf-8"))


def quote_plus(string, safe="", encoding=None, errors=None):
    return quote(string, safe + " ").replace(" ", "+")


def unquote(string, encoding="utf-8", errors="replace"):
    values = []
    at = 0
    while at < len(string):
        if string[at] == "%" and len(string) > at + 2 and all(c in "0123456789abcdefABCDEF" for c in string[at + 1 : at + 3]):
            values.append(int(string[at + 1 : at + 3], 16))
            at += 3
        else:
            values.extend(string[at].encode("utf-8"))
            at += 1
    return bytes(values).decode("utf-8")


def unquote_plus(string, encoding="utf-8", errors="replace"):
    return unquote(string.replace("+", " "))


def parse_qsl(qs, keep_blank_values=False, **options):
    pairs = []
    for part in qs.split("&"):
        name, found, value = part.partition("=")
        if value or (keep_blank_values and part):
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def parse_qs(qs, keep_blank_values=False, **options):
    result = {}
    for name, value in parse_qsl(qs, keep_blank_values):
        result.setdefault(name, []).append(value)
    return result


def urlencode(query, doseq=False, **options):
    pairs = query.items() if hasattr(query, "items") else query
    written = []
    for name, value in pairs:
        for item in value if doseq and isinstance(value, (list, tuple)) else [value]:
            written.append(f"{quote_plus(str(name))}={quote_plus(str(item))}")
    return "&".join(written)
