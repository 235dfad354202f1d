ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdefABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\x0b\x0c"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    return (sep or " ").join(word.capitalize() for word in s.split(sep))


class Template:
    def __init__(self, template):
        self.template = template

    def _fill(self, values, strict):
        text = self.template
        result = ""
        at = 0
        while at < len(text):
            if text[at] != "$":
                result += text[at]
                at += 1
                continue
            if text[at + 1 : at + 2] == "$":
                result += "$"
                at += 2
                continue
            braced = text[at + 1 : at + 2] == "{"
            start = at + 2 if braced else at + 1
            end = start
            while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                end += 1
            name = text[start:end]
            whole = text[at : end + 1 if braced else end]
            if name in values:
                result += str(values[name])
            elif strict:
                raise KeyError(name)
            else:
                result += whole
            at += len(whole)
        return result

    def substitute(self, mapping={}, /, **kws):
        return self._fill({**mapping, **kws}, True)

    def safe_substitute(self, mapping={}, /, **kws):
        return self._fill({**mapping, **kws}, False)


class Formatter:
    def format(self, format_string, /, *args, **kwargs):
        return format_string.format(*args, **kwargs)
