"""The EC2 API: moto behind a proxy that makes the machines real and tells of their true state."""

import base64
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session

from cloud import ec2_xml

MOTO = "http://127.0.0.1:5000"
ADDRESS = ("198.18.0.1", 80)
STATES = {"pending": "0", "running": "16", "shutting-down": "32", "terminated": "48"}
REGIONS = set(botocore.session.get_session().get_available_regions("ec2"))
# A key that no machine of the lab has.
OTHER_KEY = ("-----BEGIN SSH HOST KEY KEYS-----\r\nssh-ed25519 "
             "AAAAC3NzaC1lZDI1NTE5AAAAIJ0c5YHyo2tJ3T6Yw5o3Uq9Qm8gJd0n1n1n1n1n1n1n1 lab\r\n"
             "-----END SSH HOST KEY KEYS-----\r\n")
SIGNED_HEADERS = ("authorization", "x-amz-date", "x-amz-security-token", "content-type")


class Api:
    """What is known across requests."""

    def __init__(self, machines, gateway, faults):
        self.machines, self.gateway, self.faults = machines, gateway, faults
        self._lock = threading.Lock()
        self._addresses = {}
        self._launches = {}

    def ask(self, headers, method="POST", path="/", body=None):
        """Sends a request to moto: (status, body, content type)."""
        kept = {name: value for name, value in headers.items() if name.lower() in SIGNED_HEADERS}
        request = urllib.request.Request(MOTO + path, body or None, kept, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read(), answer.headers.get("Content-Type", "text/xml")
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers.get("Content-Type", "text/xml")

    def call(self, headers, action, **parameters):
        body = urllib.parse.urlencode(dict(parameters, Action=action, Version="2016-11-15")).encode()
        return ec2_xml.parse(self.ask(headers, body=body)[1])

    def handle(self, headers, query, body):
        """One call of the API: (status, body, content type)."""
        action = query.get("Action", "")
        refusal = self._refusal(action, query)
        if refusal:
            return 400, ec2_xml.error(*refusal), "text/xml"
        if action == "GetConsoleOutput" and self.machines.get(query.get("InstanceId", "")):
            machine = self.machines.get(query["InstanceId"])
            return 200, self.console(machine.id, self.machines.console(machine)), "text/xml"
        if action == "RunInstances":
            # moto knows no client tokens: the same token twice has to start one instance.
            with self._lock:
                token = query.get("ClientToken")
                if token not in self._launches or token is None:
                    answer = self.ask(headers, body=body)
                    if answer[0] != 200:
                        return answer
                    self._launch(headers, query, answer[1])
                    self._launches[token] = answer
                return self._translate(self._launches[token])
        answer = self.ask(headers, body=body)
        if answer[0] == 200 and action == "TerminateInstances":
            for name, id in query.items():
                if name.startswith("InstanceId.") and self.machines.get(id):
                    self.machines.begin_to_end(self.machines.get(id))
        if answer[0] == 200 and action.endswith(("SecurityGroupIngress", "SecurityGroup")):
            self.read_groups(headers)
        return self._translate(answer)

    def _refusal(self, action, query):
        """Errors that EC2 gives and moto does not."""
        group = query.get("GroupId")
        if action == "DeleteSecurityGroup" and group and self.machines.uses(group):
            return "DependencyViolation", f"resource {group} has a dependent object"
        return None

    def _launch(self, headers, query, body):
        key = None
        if query.get("KeyName"):
            found = self.call(headers, "DescribeKeyPairs",
                              **{"KeyName.1": query["KeyName"], "IncludePublicKey": "true"})
            key = ec2_xml.text(found, "keySet/item/publicKey")
        user_data = base64.b64decode(query.get("UserData", "")).decode()
        for item in ec2_xml.find_all(ec2_xml.parse(body), "instancesSet/item"):
            groups = [ec2_xml.text(group, "groupId") for group in ec2_xml.find_all(item, "groupSet/item")]
            machine = self.machines.add(ec2_xml.text(item, "instanceId"), groups)
            self._addresses[ec2_xml.text(item, "privateIpAddress")] = machine.private
            described = self.call(headers, "DescribeInstances", **{"InstanceId.1": machine.id})
            public = ec2_xml.text(described, "reservationSet/item/instancesSet/item/ipAddress")
            if public:
                self._addresses[public] = machine.public
            self.read_groups(headers)
            threading.Thread(target=self.machines.launch, args=(machine, key, user_data)).start()

    def read_groups(self, headers):
        rules = {}
        for group in ec2_xml.find_all(self.call(headers, "DescribeSecurityGroups"), "securityGroupInfo/item"):
            rules[ec2_xml.text(group, "groupId")] = list(self._rules(group))
        self.gateway.set_rules(rules)

    @staticmethod
    def _rules(group):
        for permission in ec2_xml.find_all(group, "ipPermissions/item"):
            ports = [ec2_xml.text(permission, name, "0") for name in ("ipProtocol", "fromPort", "toPort")]
            for item in ec2_xml.find_all(permission, "ipRanges/item"):
                yield (*ports, ec2_xml.text(item, "cidrIp"))
            for item in ec2_xml.find_all(permission, "groups/item"):
                yield (*ports, ec2_xml.text(item, "groupId"))

    def _translate(self, answer):
        """moto's addresses and states become those of the machines."""
        status, body, kind = answer
        if status != 200 or not body.lstrip().startswith(b"<"):
            return answer
        root = ec2_xml.parse(body)
        for element in root.iter():
            element.text = self._addresses.get(element.text, element.text)
        for item in root.iter(ec2_xml.path("item")):
            machine = self.machines.get(ec2_xml.text(item, "instanceId", ""))
            for name in ("instanceState", "currentState"):
                state = item.find(ec2_xml.path(name))
                if machine and state is not None:
                    state.find(ec2_xml.path("name")).text = machine.state
                    state.find(ec2_xml.path("code")).text = STATES[machine.state]
        return status, ec2_xml.serialize(root), kind

    @staticmethod
    def console(id, output):
        encoded = base64.b64encode(output.encode()).decode()
        return (f'<GetConsoleOutputResponse xmlns="{ec2_xml.NAMESPACE}"><requestId>lab</requestId>'
                f"<instanceId>{id}</instanceId><timestamp>2026-01-01T00:00:00.000Z</timestamp>"
                f"<output>{encoded}</output></GetConsoleOutputResponse>").encode()


def serve_api(machines, gateway, faults):
    api = Api(machines, gateway, faults)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            # What checkip.amazonaws.com tells: where the request comes from.
            self.answer(200, (self.client_address[0] + "\n").encode(), "text/plain")

        def do_POST(self):
            scope = re.search(r"Credential=[^/]*/[^/]*/([^/]*)/", self.headers.get("Authorization", ""))
            if not scope or scope[1] not in REGIONS:
                # No machine has the name of such a region's endpoint: nobody answers.
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(urllib.parse.parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
            fault = faults.next(query.get("Action", "")) or {}
            if "hang" in fault:
                threading.Event().wait(fault["hang"])
            if "code" in fault:
                error = ec2_xml.error(fault["code"], fault.get("message", "injected by the lab"))
                return self.answer(fault.get("status", 400), error, "text/xml")
            try:
                answer = api.handle(self.headers, query, body)
            except Exception as error:  # the caller must see it, whatever it is
                print(f"{query.get('Action')}: {error!r}", flush=True)
                answer = 500, ec2_xml.error("InternalError", type(error).__name__), "text/xml"
            if fault.get("forged"):
                answer = 200, api.console(query["InstanceId"], OTHER_KEY), "text/xml"
            if fault.get("lost"):
                self.close_connection = True
                return
            self.answer(*answer)

        def answer(self, status, body, kind):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    ThreadingHTTPServer(ADDRESS, Handler).serve_forever()
