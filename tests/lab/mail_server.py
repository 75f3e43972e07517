"""The lab's mail server: Postfix on the name server's host. It takes mails for one person, with TLS at 25, and at 587 from who signs in; its
certificate is made at its start."""
import contextlib
import email
import email.policy
import mailbox
import pathlib
import tempfile

import host as lab

PACKAGES = ["postfix", "libsasl2-modules", "sasl2-bin", "openssl"]
PERSON, SENDER, PASSWORD = "people", "notices", "l'été à Nîmes"
SETTINGS = {
    "compatibility_level": "3.6", "myorigin": "$mydomain", "mydestination": "$mydomain, localhost", "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "all", "inet_protocols": "ipv4", "alias_maps": "", "mailbox_size_limit": "0", "biff": "no",
    "smtpd_tls_security_level": "may", "smtpd_tls_chain_files": "/etc/postfix/tls.pem", "smtpd_sasl_local_domain": "$mydomain",
    "smtpd_tls_auth_only": "yes",
}
SUBMISSION = ["submission/inet=submission inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject"]
SASL = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"


def lay(host, name, domain):
    """Into the root of a host that does not run yet."""
    inside = ["chroot", host.merged]
    lab.run(*inside, "useradd", "--create-home", "--shell", "/usr/sbin/nologin", PERSON)
    (host.merged / "etc/postfix/sasl").mkdir(exist_ok=True)
    (host.merged / "etc/postfix/sasl/smtpd.conf").write_text(SASL, encoding="utf-8")
    if not (host.merged / "etc/postfix/main.cf").exists():
        (host.merged / "etc/postfix/main.cf").write_text("", encoding="utf-8")
    lab.run(*inside, "postconf", "-e", f"mydomain={domain}", f"myhostname={name}", *(f"{key}={value}" for key, value in SETTINGS.items()))
    lab.run(*inside, "postconf", "-M", *SUBMISSION)
    lab.run(*inside, "postconf", "-F", "smtp/inet/chroot=n")
    lab.run(*inside, "saslpasswd2", "-p", "-c", "-u", domain, SENDER, input=PASSWORD)
    lab.run(*inside, "chgrp", "postfix", "/etc/sasldb2")
    lab.run(*inside, "chmod", "0640", "/etc/sasldb2")
    lab.run(*inside, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName=DNS:{name},IP:{host.address}", "-keyout", "/etc/postfix/key.pem", "-out", "/etc/postfix/certificate.pem")
    both = "".join((host.merged / "etc/postfix" / part).read_text(encoding="ascii") for part in ("key.pem", "certificate.pem"))
    (host.merged / "etc/postfix/tls.pem").touch(mode=0o600)
    (host.merged / "etc/postfix/tls.pem").write_text(both, encoding="ascii")


def certificate(host):
    return (host.merged / "etc/postfix/certificate.pem").read_text(encoding="ascii")


def mails(host):
    """What the person has got, in this order."""
    said = host.root_sh(f"cat /var/mail/{PERSON} 2>/dev/null || :").stdout
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "mailbox"
        file.write_text(said, encoding="utf-8")
        with contextlib.closing(mailbox.mbox(file, create=False)) as box:
            return [email.message_from_bytes(one.as_bytes(), policy=email.policy.default) for one in box]


def forget(host):
    host.root_sh(f": >/var/mail/{PERSON}")
