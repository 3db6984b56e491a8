"""Reading and writing the XML of the EC2 API."""

import xml.etree.ElementTree as ET

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
ET.register_namespace("", NAMESPACE)


def parse(body):
    """The document, whichever namespace it names: moto uses more than one."""
    root = ET.fromstring(body)
    for element in root.iter():
        element.tag = "{%s}%s" % (NAMESPACE, element.tag.split("}")[-1])
    return root


def path(names):
    return "/".join("{%s}%s" % (NAMESPACE, name) for name in names.split("/"))


def find_all(element, names):
    return element.findall(path(names))


def text(element, names, default=None):
    found = element.find(path(names))
    return default if found is None or found.text is None else found.text


def serialize(root):
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def error(code, message):
    return (f'<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>{code}</Code>'
            f"<Message>{message}</Message></Error></Errors><RequestID>lab</RequestID></Response>").encode()
