class IOBase:
    """Text or bytes in memory, also of files that could be read; writing changes nothing outside."""

    _newline = "\n"

    def __init__(self, initial_value=None, *args, **kwargs):
        self._contents = self._newline[:0] if initial_value is None else initial_value
        self._at = 0
        self.closed = False

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.closed = True
        return False

    def __iter__(self):
        line = self.readline()
        while line:
            yield line
            line = self.readline()

    def read(self, size=-1):
        end = len(self._contents) if size is None or size < 0 else self._at + size
        piece = self._contents[self._at:end]
        self._at += len(piece)
        return piece

    def readline(self, size=-1):
        at = self._contents.find(self._newline, self._at)
        return self.read(-1 if at < 0 else at + 1 - self._at)

    def readlines(self, hint=-1):
        return list(self)

    def write(self, data):
        self._contents = self._contents[:self._at] + data + self._contents[self._at + len(data):]
        self._at += len(data)
        return len(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def getvalue(self):
        return self._contents

    def seek(self, offset, whence=0):
        self._at = offset if whence == 0 else (self._at if whence == 1 else len(self._contents)) + offset
        return self._at

    def tell(self):
        return self._at

    def truncate(self, size=None):
        self._contents = self._contents[: self._at if size is None else size]
        return len(self._contents)

    def flush(self):
        pass

    def close(self):
        self.closed = True

    def readable(self):
        return True

    writable = seekable = readable

    def isatty(self):
        return False


class TextIOBase(IOBase):
    pass


class StringIO(TextIOBase):
    pass


class BytesIO(IOBase):
    _newline = b"\n"

    def getbuffer(self):
        return self._contents


class TextIOWrapper(StringIO):
    pass


RawIOBase = BufferedIOBase = BufferedReader = BufferedWriter = FileIO = BytesIO
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
DEFAULT_BUFFER_SIZE = 8192
