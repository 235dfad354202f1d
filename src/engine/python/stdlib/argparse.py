SUPPRESS = "==SUPPRESS=="
OPTIONAL = "?"
ZERO_OR_MORE = "*"
ONE_OR_MORE = "+"
REMAINDER = "..."


class ArgumentError(Exception):
    pass


class ArgumentTypeError(Exception):
    pass


class HelpFormatter:
    pass


class RawDescriptionHelpFormatter(HelpFormatter):
    pass


class RawTextHelpFormatter(RawDescriptionHelpFormatter):
    pass


class ArgumentDefaultsHelpFormatter(HelpFormatter):
    pass


class MetavarTypeHelpFormatter(HelpFormatter):
    pass


class Action:
    def __init__(self, option_strings=(), dest="", **kwargs):
        self.option_strings = option_strings
        self.dest = dest


class BooleanOptionalAction(Action):
    pass


class Namespace:
    def __init__(self, **kwargs):
        for name in kwargs:
            setattr(self, name, kwargs[name])

    def __contains__(self, name):
        return name in self.__dict__

    def __eq__(self, other):
        return isinstance(other, Namespace) and vars(self) == vars(other)


class _Option:
    def __init__(self, names, options):
        self.option_strings = [name for name in names if name.startswith("-")]
        self.positional = len(self.option_strings) == 0
        long = [name for name in self.option_strings if name.startswith("--")]
        if "dest" in options:
            self.dest = options["dest"]
        elif self.positional:
            self.dest = names[0]
        else:
            self.dest = (long or self.option_strings)[0].lstrip("-").replace("-", "_")
        self.action = options.get("action", "store")
        self.type = options.get("type")
        self.nargs = options.get("nargs")
        self.required = options.get("required", False)
        if "default" in options:
            self.default = options["default"]
        elif self.action == "store_true":
            self.default = False
        elif self.action == "store_false":
            self.default = True
        else:
            self.default = None
        self.choices = options.get("choices")
        self.const = options.get("const")
        if self.action is BooleanOptionalAction:
            self.action = "boolean"
        self.help = options.get("help")

    def given(self):
        """What parsing an empty command line leaves for this option."""
        if self.positional and self.nargs not in ("?", "*"):
            return _not_given(self.dest)
        if self.required:
            return _not_given(self.dest)
        default = self.default
        if isinstance(default, str) and self.type is not None and self.action in ("store", "append"):
            return self.type(default)
        if self.positional and self.nargs == "*" and default is None:
            return []
        return default


    def room(self):
        """How many texts it can take."""
        if self.action in ("store_true", "store_false", "store_const", "count", "boolean"):
            return 0
        if isinstance(self.nargs, int):
            return self.nargs
        return 1 if self.nargs in (None, "?") else float("inf")

    def store(self, result, name, texts):
        if self.action == "store_true":
            value = True
        elif self.action == "store_false":
            value = False
        elif self.action == "store_const":
            value = self.const
        elif self.action == "boolean":
            value = not name.startswith("--no-")
        elif self.action == "count":
            value = (getattr(result, self.dest) or 0) + 1
        else:
            values = [self.type(text) if self.type is not None else text for text in texts]
            if self.choices is not None:
                for value in values:
                    if value not in self.choices:
                        raise SystemExit(2)
            if self.nargs is None or self.nargs == "?":
                if not values and self.nargs is None:
                    raise SystemExit(2)
                value = values[0] if values else self.const
            else:
                value = values
            if self.action == "append":
                value = list(getattr(result, self.dest) or []) + [value]
        setattr(result, self.dest, value)


class _Container:
    def __init__(self, parser):
        self._parser = parser

    def add_argument(self, *names, **options):
        return self._parser.add_argument(*names, **options)

    def add_mutually_exclusive_group(self, **kwargs):
        return _Container(self._parser)

    def add_argument_group(self, *args, **kwargs):
        return _Container(self._parser)

    def set_defaults(self, **defaults):
        self._parser.set_defaults(**defaults)


class _Subparsers:
    def __init__(self, dest):
        self.dest = dest
        self.choices = {}

    def add_parser(self, name, **kwargs):
        parser = ArgumentParser()
        self.choices[name] = parser
        return parser


class ArgumentParser:
    def __init__(self, prog=None, usage=None, description=None, epilog=None, parents=(), **kwargs):
        self.description = description
        self.prog = prog
        self._options = []
        self._defaults = {}
        self._subparsers = None
        for parent in parents:
            self._options.extend(parent._options)
            self._defaults.update(parent._defaults)

    def add_argument(self, *names, **options):
        option = _Option(names or (options.get("dest", ""),), options)
        if option.action not in ("help", "version"):
            self._options.append(option)
        return option

    def add_argument_group(self, *args, **kwargs):
        return _Container(self)

    def add_mutually_exclusive_group(self, **kwargs):
        return _Container(self)

    def add_subparsers(self, dest=None, **kwargs):
        self._subparsers = _Subparsers(dest)
        return self._subparsers

    def set_defaults(self, **defaults):
        self._defaults.update(defaults)

    def get_default(self, dest):
        if dest in self._defaults:
            return self._defaults[dest]
        for option in self._options:
            if option.dest == dest:
                return option.default
        return None

    def parse_args(self, args=None, namespace=None):
        if args:
            return self._parse(list(args), namespace, None)
        result = Namespace() if namespace is None else namespace
        for option in self._options:
            if option.default == SUPPRESS:
                continue
            if option.dest in self._defaults:
                value = self._defaults[option.dest]
            else:
                value = option.given()
            if not hasattr(result, option.dest) or option.dest not in result.__dict__:
                setattr(result, option.dest, value)
        for name in self._defaults:
            if name not in result.__dict__:
                setattr(result, name, self._defaults[name])
        if self._subparsers is not None and self._subparsers.dest:
            setattr(result, self._subparsers.dest, _not_given(self._subparsers.dest))
        return result

    def _option(self, text):
        for option in self._options:
            if text in option.option_strings:
                return option
            if option.action == "boolean" and text.startswith("--no-") and "--" + text[5:] in option.option_strings:
                return option
        return None

    def _is_option(self, text):
        if self._option(text.partition("=")[0]) is not None:
            return True
        return text.startswith("-") and text != "-" and not (text[1:2].isdigit() or text[1:2] == ".")

    def _parse(self, args, namespace, others):
        result = self.parse_args([], namespace)
        positionals = [option for option in self._options if option.positional]
        at = 0
        while at < len(args):
            text = args[at]
            at += 1
            inline = None
            if text.startswith("--") and "=" in text:
                text, _, inline = text.partition("=")
            option = self._option(text)
            if option is None:
                strange = text.startswith("-") and not text[1:2].isdigit()
                if strange or not positionals:
                    if others is None:
                        raise SystemExit(2)
                    others.append(args[at - 1])
                    continue
                option = positionals.pop(0)
                at -= 1
            values = [] if inline is None else [inline]
            if inline is None:
                while at < len(args) and len(values) < option.room() and not self._is_option(args[at]):
                    values.append(args[at])
                    at += 1
            option.store(result, text, values)
        return result

    def parse_known_args(self, args=None, namespace=None):
        others = []
        if args:
            return self._parse(list(args), namespace, others), others
        return self.parse_args(args, namespace), others

    parse_intermixed_args = parse_args

    def print_help(self, file=None):
        pass

    def print_usage(self, file=None):
        pass

    def format_help(self):
        return ""

    def error(self, message):
        raise SystemExit(2)

    def exit(self, status=0, message=None):
        raise SystemExit(status)


def FileType(*args, **kwargs):
    return open
