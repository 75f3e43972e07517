"""The mails that are known to hurt: each case is one mail, as bytes, with what a correct reader must cope with."""
import base64
import random
import zlib

CRLF = b"\n"
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def word(text, charset="utf-8"):
    """An encoded word of RFC 2047."""
    return "=?%s?B?%s?=" % (charset, base64.b64encode(text.encode(charset)).decode())


def lines64(data):
    return base64.encodebytes(data)


def quoted(data):
    import quopri
    return quopri.encodestring(data)


def headers(sender, subject, extra=()):
    rows = ["From: " + sender, "To: desk@example.org", "Subject: " + subject, "MIME-Version: 1.0", *extra]
    return "\n".join(rows).encode("utf-8") + CRLF


def part(content_type, data, encoding="base64", extra=()):
    body = {"base64": lines64, "quoted-printable": quoted}.get(encoding, lambda raw: raw)(data)
    rows = ["Content-Type: " + content_type, "Content-Transfer-Encoding: " + encoding, *extra]
    return "\n".join(rows).encode("utf-8") + CRLF + CRLF + body


def multipart(kind, parts, boundary):
    joined = b"".join(b"--" + boundary.encode() + CRLF + one + CRLF for one in parts)
    return (("Content-Type: multipart/%s; boundary=\"%s\"" % (kind, boundary)).encode() + CRLF + CRLF + joined
            + b"--" + boundary.encode() + b"--" + CRLF)


def attachment(name, data, content_type="application/octet-stream", encoding="base64"):
    """`name` is written as given: it may be a whole parameter list."""
    disposition = name if "=" in name else 'filename="%s"' % name
    return part(content_type, data, encoding, ["Content-Disposition: attachment; " + disposition])


def rfc2231(text):
    return "filename*=utf-8''" + "".join("%%%02X" % byte for byte in text.encode("utf-8"))


def charsets():
    texts = {
        "iso-8859-1": "Grüße aus Köln: 50 £ für das Gerät, ça marche déjà",
        "iso-8859-15": "Prix : 1 234,50 € – cœur".replace("–", "-"),
        "windows-1252": "“Smart quotes” — and the euro €",
        "iso-8859-2": "Zażółć gęślą jaźń, příliš žluťoučký kůň",
        "windows-1251": "Принтер не печатает, прошу помочь",
        "koi8-r": "Не работает почта на третьем этаже",
        "windows-1256": "الطابعة لا تعمل منذ الصباح",
        "iso-8859-8": "המדפסת לא עובדת",
        "iso-2022-jp": "プリンターが動きません。よろしくお願いします。",
        "shift_jis": "ネットワークに接続できません",
        "euc-jp": "画面が真っ黒です",
        "gb2312": "打印机无法工作，请帮忙",
        "gb18030": "系统登录失败：𠮷野家",
        "big5": "印表機故障，請協助處理",
        "euc-kr": "프린터가 작동하지 않습니다",
        "iso-8859-7": "Ο εκτυπωτής δεν λειτουργεί",
        "tis-620": "เครื่องพิมพ์ไม่ทำงาน",
        "utf-16": "UTF-16 with a mark: ñ 漢字",
        "utf-8": "emoji 🖨️🔥 and combining e\u0301, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, \u202eright-to-left\u202c",
    }
    for charset, text in texts.items():
        data = (text + "\nsecond line\n").encode(charset)
        multibyte = charset in ("utf-16",)
        for encoding in ("base64", "quoted-printable", "8bit"):
            if encoding == "8bit" and (multibyte or b"\0" in data):
                continue
            sender = "%s <%s@charset.example>" % (word("Ünï " + charset), charset)
            yield "charset-%s-%s" % (charset, encoding), headers(sender, word(text[:40], charset)) + part(
                "text/plain; charset=" + charset, data, encoding)


def lying_headers():
    raw = "déjà vu £".encode("iso-8859-1")
    who = "liar@broken.example"
    yield "ascii-with-8bit", headers(who, "us-ascii that is not") + part("text/plain; charset=us-ascii", raw, "8bit")
    yield "utf8-with-latin1", headers(who, "utf-8 that is not") + part("text/plain; charset=utf-8", raw, "8bit")
    yield "unknown-charset", headers(who, "unknown charset") + part("text/plain; charset=x-martian", b"hello\n", "8bit")
    yield "no-content-type", b"From: plain@broken.example\nTo: desk@example.org\nSubject: nothing declared\n\nplain \xc3\xa9\n"
    yield "raw-8bit-subject", (b"From: raw@broken.example\nTo: desk@example.org\nSubject: sujet brut \xe9\xe8\n\nbody\n")
    yield "bad-base64", headers(who, "broken base64") + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8g!!d29ybGQ\n"
    yield "bad-boundary", headers(who, "boundary never closed") + (
        b'Content-Type: multipart/mixed; boundary="open"\n\n--open\nContent-Type: text/plain\n\nfirst part, then nothing\n')
    yield "nul-in-text", headers(who, "NUL bytes in text") + part("text/plain; charset=utf-8", b"before\0after\n", "base64")
    yield "nul-in-file", headers(who, "NUL bytes in a file") + multipart(
        "mixed", [part("text/plain", b"see file\n", "7bit"), attachment("zeros.bin", bytes(4096))], "nul")
    yield "controls", headers(who, "control characters") + part(
        "text/plain; charset=utf-8", bytes(range(1, 32)) + b"\x7f end\n", "base64")
    yield "noncharacters", headers(who, "non-characters") + part(
        "text/plain; charset=utf-8", "\ufeffmark, \uffff, \U0010ffff, \u0085, \u2028 end\n".encode("utf-8"), "base64")


def subjects():
    who = "subject@example.net"
    body = part("text/plain", b"about the subject\n", "7bit")
    for name, text in {
            "none": None, "empty": "", "blank": "   ", "html": "<script>alert(1)</script> & \"quotes\" 'single'",
            "sql": "'; DROP TABLE Tickets; --", "percent": "100% _done_ \\ backslash %s %n",
            "fullwidth": word("ＡＢＣ　全角"), "emoji": word("👩‍👩‍👧‍👦🏳️‍🌈"), "rtl": word("طلب عاجل: الخادم متوقف"),
            "long": word("Ünterbrechung " * 20), "long-ascii": "x" * 480, "exact-200": "y" * 200,
            "cjk-200": " ".join(word("漢" * 20) for _ in range(11)), "folded": "folded over\n two\n\tlines"}.items():
        rows = b"From: %s\nTo: desk@example.org\n" % who.encode()
        if text is not None:
            rows += b"Subject: " + text.encode("utf-8") + CRLF
        yield "subject-" + name, rows + b"MIME-Version: 1.0\n" + body


def file_names():
    who = "files@example.net"
    text = part("text/plain", b"files attached\n", "7bit")
    names = {
        "unicode": rfc2231("résumé – 履歴書 🗂.pdf"), "encoded-word": 'filename="%s"' % word("отчёт за год.xlsx"),
        "quotes": 'filename="say \\"hi\\".txt.bin"', "single-quote": "o'brien;rm -rf.bin",
        "parent": "../../../etc/passwd", "absolute": "/etc/shadow", "backslash": "C:\\\\temp\\\\boot.ini",
        "dots": "..", "hidden": ".htaccess", "spaces": "  two  spaces  .bin", "percent": "100%25.bin",
        "html": "<img src=x onerror=alert(1)>.png", "newline": rfc2231("line\nbreak.bin"), "nul": rfc2231("a\0b.bin"),
        "long": "n" * 240 + ".bin", "longer": "m" * 400 + ".bin", "unicode-long": rfc2231("長" * 120 + ".bin"),
        "rtl": rfc2231("ملف\u202egnp.exe"), "empty": 'filename=""', "device": "CON.txt.bin",
        "continued": "filename*0=\"con\"; filename*1=\"tinued.bin\"", "semicolon": 'filename="a;b,c.bin"'}
    for name, parameter in names.items():
        data = ("content of " + name).encode() + bytes(range(256))
        yield "name-" + name, headers(who, "file name: " + name) + multipart("mixed", [text, attachment(parameter, data)], "n")
    many = [attachment("same.txt.bin", b"same name, same bytes"), attachment("same.txt.bin", b"same name, same bytes"),
            attachment("same.txt.bin", b"same name, other bytes"), part("application/octet-stream", b"no name at all")]
    yield "name-repeated", headers(who, "one name, three files") + multipart("mixed", [text, *many], "n")


def contents(rng):
    who = "contents@example.net"
    text = part("text/plain; charset=utf-8", "voir pièces jointes\n".encode(), "quoted-printable")
    noise = bytes(rng.getrandbits(8) for _ in range(4096))
    big = b"".join(zlib.compress(noise + index.to_bytes(4, "big"))[:4096] for index in range(768))[:3_000_000]
    files = {
        "empty": attachment("empty.dat", b""), "one-byte": attachment("one.dat", b"\xff"),
        "all-bytes": attachment("bytes.bin", bytes(range(256)) * 8), "crlf": attachment("dos.txt", b"a\r\nb\r\n\r\n", "text/plain"),
        "piece-1mib": attachment("exact.bin", (noise * 256)[:1 << 20]), "piece-1mib-plus": attachment("over.bin", (noise * 257)[:(1 << 20) + 1]),
        "big-3mb": attachment("big.bin", big), "no-final-newline": attachment("end.txt", b"no newline at end", "text/plain", "7bit"),
        "text-latin1": attachment("latin1.txt", "Müller; Straße\n".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        "text-cp1251": attachment("cp1251.csv", "имя;сумма\nИван;100\n".encode("cp1251"), "text/csv; charset=windows-1251"),
        "text-iso2022jp": attachment("jp.txt", "添付ファイル\n".encode("iso-2022-jp"), "text/plain; charset=iso-2022-jp", "7bit"),
        "text-utf16": attachment("utf16.txt", "UTF-16 file ñ\n".encode("utf-16"), "text/plain; charset=utf-16"),
        "text-undeclared": attachment("guess.txt", "caf\u00e9 cr\u00e8me\n".encode("latin-1"), "text/plain"),
        "html-file": attachment("page.html", "<p>été</p><script>alert(1)</script>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        "json": attachment("data.json", '{"ключ": "значение"}'.encode(), "application/json", "8bit"),
        "calendar": attachment("invite.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; charset=utf-8; method=REQUEST"),
        "svg": attachment("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
        "pdf-as-text": attachment("fake.pdf", b"%PDF-1.4\n\xe2\xe3\xcf\xd3\n", "text/plain"),
        "odd-type": attachment("odd.x", b"odd", "x-unknown/x-very-very-long-media-type-" + "t" * 60),
        "tnef": attachment("winmail.dat", b"\x78\x9f\x3e\x22" + noise[:200], "application/ms-tnef")}
    for name, one in files.items():
        yield "file-" + name, headers(who, "file: " + name) + multipart("mixed", [text, one], "c")
    yield "file-alone", headers(who, "a mail that is only a file") + attachment("alone.bin", noise)
    yield "body-empty", headers(who, "empty body") + part("text/plain", b"", "7bit")
    yield "body-100kb", headers(who, "body of 100 kB") + part(
        "text/plain; charset=utf-8", ("Строка журнала № 1234 — ошибка\n" * 2000).encode(), "base64")
    yield "body-one-line", headers(who, "one line of 70 kB") + part("text/plain; charset=utf-8", b"z" * 70_000 + b"\n", "base64")
    yield "body-spaces", headers(who, "white space at the ends") + part(
        "text/plain; charset=utf-8", b"\n\n   indented\n\ttabbed   \n\n-- \nsignature\n\n\n", "quoted-printable")
    yield "body-flowed", headers(who, "flowed") + part(
        'text/plain; charset=utf-8; format=flowed; delsp=yes', b"a long \nflowed \nline\n> quoted\n", "7bit")


def structures():
    who = "structure@example.net"
    plain = part("text/plain; charset=utf-8", "texte brut é\n".encode(), "8bit")
    html = part("text/html; charset=utf-8", "<p>texte <b>riche</b> é</p>\n".encode(), "quoted-printable")
    html_latin = part("text/html; charset=iso-8859-1", "<p>caf\u00e9</p>".encode("latin-1"), "base64")
    image = part("image/png", PIXEL, "base64", ["Content-ID: <logo@example>", 'Content-Disposition: inline; filename="logo.png"'])
    both = multipart("alternative", [plain, html], "alt")
    related = multipart("related", [part("text/html", b'<img src="cid:logo@example">', "7bit"), image], "rel")
    inner = headers("inner@example.net", word("вложенное письмо")) + multipart(
        "mixed", [plain, attachment("inner.bin", b"inside the inner mail")], "inner")
    yield "html-only", headers(who, "html only") + html_latin
    yield "alternative", headers(who, "text and html") + both
    yield "alternative-html-first", headers(who, "html before text") + multipart("alternative", [html, plain], "alt")
    yield "related", headers(who, "picture inside") + multipart("alternative", [plain, related], "out")
    yield "mixed-alternative", headers(who, "both, and files") + multipart(
        "mixed", [both, attachment("one.bin", b"1"), attachment("two.bin", b"2"), plain], "out")
    yield "deep", headers(who, "deep nesting") + multipart("mixed", [multipart("mixed", [multipart("mixed", [
        multipart("mixed", [both, attachment("deep.bin", b"deep")], "d4")], "d3")], "d2")], "d1")
    yield "forwarded", headers(who, "forwarded mail") + multipart(
        "mixed", [plain, b"Content-Type: message/rfc822\n\n" + inner], "out")
    yield "forwarded-inline", headers(who, "forwarded as attachment") + multipart(
        "mixed", [plain, b'Content-Type: message/rfc822; name="old.eml"\nContent-Disposition: attachment; filename="old.eml"\n\n' + inner], "out")
    yield "digest", headers(who, "digest") + multipart("digest", [CRLF + inner, CRLF + inner], "out")
    yield "report", headers(who, "delivery report") + multipart("report; report-type=delivery-status", [
        plain, b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; example.net\n\nAction: failed\n",
        b"Content-Type: text/rfc822-headers\n\nSubject: original\n"], "out")
    yield "two-bodies", headers(who, "two text parts") + multipart("mixed", [plain, part("text/plain", b"second text\n", "7bit")], "out")
    yield "file-before-text", headers(who, "file first") + multipart("mixed", [attachment("first.bin", b"first"), plain], "out")
    yield "empty-multipart", headers(who, "multipart of nothing") + multipart("mixed", [part("text/plain", b"", "7bit")], "out")
    yield "preamble", headers(who, "preamble") + (b'Content-Type: multipart/mixed; boundary="p"\n\nThis is a preamble.\n--p\n'
                                                 + plain + b"\n--p--\nepilogue\n")


def people():
    body = part("text/plain", b"who am I?\n", "7bit")
    for name, sender, extra in (
            ("quoted", '"O\'Brien, \\"Pat\\" <x>" <pat.obrien@example.net>', ()),
            ("comment", "kim@example.net (Kim Commented)", ()), ("bare", "bare@example.net", ()),
            ("arabic", word("محمد الأمين") + " <mohammed@example.net>", ()), ("chinese", word("王小明", "gb2312") + " <wang@example.net>", ()),
            ("japanese", word("山田太郎", "iso-2022-jp") + " <yamada@example.net>", ()), ("emoji", word("🦊 Fox") + " <fox@example.net>", ()),
            ("upper", "Shouting <SHOUT@EXAMPLE.NET>", ()), ("upper-again", "shouting <shout@example.net>", ()),
            ("plus", "tag+desk/1=2@example.net", ()), ("long-name", "N" * 180 + " <longname@example.net>", ()),
            ("no-name", "<>, nobody@example.net", ()), ("reply-to", "from@example.net", ("Reply-To: Elsewhere <reply.to@example.net>",)),
            ("cc", "with.cc@example.net", ("Cc: First Copy <copy.one@example.net>, " + word("Второй") + " <copy.two@example.net>",))):
        yield "person-" + name, headers(sender, "sender: " + name, extra) + body


def all_cases(seed):
    rng = random.Random(seed)
    for family in (charsets(), lying_headers(), subjects(), file_names(), contents(rng), structures(), people()):
        yield from family
