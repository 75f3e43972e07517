#!/usr/bin/env python3
"""mails.py DIRECTORY SEED: writes the mails that fill RT, the same for the same seed, and DIRECTORY/index with one line
a mail: file, queue, action. The order matters: the n-th mail of action "new" becomes ticket n."""
import pathlib
import random
import sys

import mail_cases as cases

SENTENCES = [
    "The printer on the third floor does not answer.", "After the update the application closes at once.",
    "Please reset my password.", "L’écran reste noir après la mise à jour – c’est déjà arrivé.", "Könnten Sie das bitte prüfen? Danke!",
    "Сервер недоступен с утра, помогите.", "لا أستطيع الدخول إلى النظام منذ الصباح.", "系统很慢，无法登录。", "ログインできません。至急お願いします。",
    "프린터가 작동하지 않습니다.", "Η σύνδεση δεν λειτουργεί.", "המערכת לא זמינה.", "ระบบใช้งานไม่ได้", "सिस्टम काम नहीं कर रहा है।",
    "Nic nie działa, proszę o pomoc. 😢", "Çok yavaş; İstanbul ofisi bekliyor.", "x < y && y > z; 50 % \\o/ 'quoted' \"twice\"",
]
PEOPLE = [
    ("Ana Ruiz", "ana.ruiz@customer.example"), ("Jürgen Weiß", "juergen.weiss@customer.example"), ("Zoë Côté", "zoe.cote@client.example"),
    ("Иван Петров", "ivan.petrov@client.example"), ("王芳", "wang.fang@client.example"), ("佐藤花子", "sato@client.example"),
    ("ليلى حداد", "layla@client.example"), ("Ντίνα Παπά", "dina@customer.example"), ("Smith, John", "john.smith@customer.example"),
    ("김민수", "minsu.kim@client.example"), ("Łukasz Żak", "lukasz@customer.example"), ("Auto Mailer", "noreply-monitor@customer.example"),
]
QUEUES = ["General", "Réseau & Télécom", "仕入先", "Supplier", "Archive"]
GENERATED = 175
REPLIES = 110


def sender(rng):
    name, address = rng.choice(PEOPLE)
    return "%s <%s>" % (cases.word(name), address)


def paragraph(rng):
    return "\n".join(" ".join(rng.choice(SENTENCES) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(1, 6))) + "\n"


def body(rng):
    plain = cases.part("text/plain; charset=utf-8", paragraph(rng).encode(), rng.choice(["base64", "quoted-printable", "8bit"]))
    shape = rng.random()
    if shape < 0.5:
        return plain
    if shape < 0.7:
        html = "<html><body><p>%s</p></body></html>" % rng.choice(SENTENCES)
        return cases.multipart("alternative", [plain, cases.part("text/html; charset=utf-8", html.encode(), "base64")], "alt")
    files = [cases.attachment(cases.rfc2231("%s %d.bin" % (rng.choice(SENTENCES)[:20], index)),
                              bytes(rng.getrandbits(8) for _ in range(rng.randint(0, 3000)))) for index in range(rng.randint(1, 4))]
    return cases.multipart("mixed", [plain, *files], "mix")


def everything(seed):
    rng = random.Random(seed)
    opened = 0
    for name, mail in cases.all_cases(seed):
        opened += 1
        yield "case-" + name, "General", "new", mail
    for index in range(GENERATED):
        opened += 1
        copies = ("Cc: " + ", ".join(sender(rng) for _ in range(rng.randint(1, 3))),) if rng.random() < 0.3 else ()
        mail = cases.headers(sender(rng), cases.word(rng.choice(SENTENCES)), copies) + body(rng)
        yield "generated-%03d" % index, rng.choice(QUEUES), "new", mail
    for index in range(REPLIES):
        number = rng.randint(1, opened)
        subject = "%s [example.org #%d]" % (cases.word("Re: " + rng.choice(SENTENCES)[:30]), number)
        action = "comment" if rng.random() < 0.3 else "correspond"
        yield "reply-%03d" % index, "General", action, cases.headers(sender(rng), subject) + body(rng)


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "index", "w", encoding="utf-8") as index:
        for position, (name, queue, action, mail) in enumerate(everything(int(sys.argv[2])), 1):
            mail = b"Message-ID: <%s@fill.example>\n" % name.encode() + b"Date: Sat, 21 Nov 2026 09:00:00 +0100\n" + mail
            file = "%04d-%s.eml" % (position, name)
            (directory / file).write_bytes(mail)
            print(file, queue, action, sep="\t", file=index)


main()
