"""The deployment script under faults of the API, of machines and of the network, and when it is interrupted."""

import os
import re
import signal
import tempfile
import unittest

from tests.lab import IMAGE, QUICK, SCRIPT, LabTest, as_operator, leftovers, tell

THROTTLED = {"code": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503}
NO_ROOM = {"code": "InsufficientInstanceCapacity", "message": "We currently do not have sufficient capacity"}


class RefusedCalls(LabTest):
    def check(self, fault, status, text, *options, **more):
        tell("faults", fault if isinstance(fault, list) else [fault])
        self.check_ended(self.deploy(*options, **more), status, text)

    def test_refused_credentials(self):
        self.check({"action": "DescribeRegions", "from": 1, "code": "AuthFailure", "status": 401}, 78,
                   "AWS refuses the credentials")

    def test_forbidden_key_pair(self):
        self.check({"action": "CreateKeyPair", "from": 1, "code": "UnauthorizedOperation", "status": 403}, 78,
                   "these credentials may not do that (making a key pair)")

    def test_refused_security_group(self):
        self.check({"action": "CreateSecurityGroup", "from": 1, "code": "InvalidParameterValue"}, 1,
                   "making a security group")

    def test_refused_ports(self):
        self.check({"action": "AuthorizeSecurityGroupIngress", "from": 1, "code": "RulesPerSecurityGroupLimitExceeded"},
                   1, "opening the ports")

    def test_quota_at_the_third_launch(self):
        self.check({"action": "RunInstances", "nth": [3], "code": "VcpuLimitExceeded"}, 1,
                   "a limit of the account is reached (starting the instance of the frontend)")

    def test_no_room_in_any_zone(self):
        self.check({"action": "RunInstances", "from": 3, **NO_ROOM}, 1, "no zone of eu-central-1 has room")

    def test_throttled_without_end(self):
        self.check({"action": "RunInstances", "from": 2, **THROTTLED}, 1, "a limit of the account is reached",
                   environment={"AWS_MAX_ATTEMPTS": "2"})

    def test_instances_that_cannot_be_terminated_at_first(self):
        self.check([{"action": "RunInstances", "nth": [3], "code": "VcpuLimitExceeded"},
                    {"action": "TerminateInstances", "nth": [1, 2], "code": "InternalError", "status": 500}], 1,
                   "a limit of the account is reached", environment={"AWS_MAX_ATTEMPTS": "1"})

    def test_forged_host_keys(self):
        self.check({"action": "GetConsoleOutput", "from": 1, "forged": True}, 1, "not talking to it")


class SurvivedFaults(LabTest):
    """What the script has to get over: test 5 passes all the same."""

    def check(self, faults):
        tell("faults", faults)
        self.check_ended(self.deploy(), 0, "test 5 passed")

    def test_no_room_in_the_first_zone_and_a_lost_answer(self):
        # The lost answer's instance must not be started twice, nor be forgotten.
        self.check([{"action": "RunInstances", "nth": [1], "lost": True},
                    {"action": "RunInstances", "nth": [3], **NO_ROOM}])

    def test_throttled_at_every_step(self):
        self.check([{"action": action, "nth": [1, 3], **THROTTLED} for action in (
            "DescribeRegions", "DescribeImages", "CreateKeyPair", "CreateSecurityGroup", "RunInstances",
            "AuthorizeSecurityGroupIngress", "DescribeInstances", "GetConsoleOutput", "TerminateInstances",
            "DeleteSecurityGroup", "DeleteKeyPair")])


class Interruptions(LabTest):
    def check(self, number, text, status):
        deployment = self.deploy()
        deployment.wait_for(text)
        deployment.interrupt(number)
        self.check_ended(deployment, status, "nothing of run")

    def test_ctrl_c_while_launching(self):
        self.check(signal.SIGINT, "security group sg-", 130)

    def test_ctrl_c_after_launching(self):
        self.check(signal.SIGINT, "launched:", 130)

    def test_terminated_while_booting(self):
        self.check(signal.SIGTERM, "frontend runs at", 143)

    def test_hung_up_while_copying(self):
        self.check(signal.SIGHUP, "ssh and container engines are there", 129)

    def test_ctrl_c_while_testing(self):
        self.check(signal.SIGINT, "acceptance tests 1-4 against", 130)

    def test_a_second_ctrl_c_does_not_stop_the_cleaning(self):
        deployment = self.deploy()
        deployment.wait_for("launched:")
        deployment.interrupt(signal.SIGINT)
        deployment.wait_for("deleting what this run made")
        deployment.interrupt(signal.SIGINT)
        self.check_ended(deployment, 130, "nothing of run")

    def test_killed_and_cleaned_up_from_elsewhere(self):
        deployment = self.deploy()
        deployment.wait_for("launched:")
        run = deployment.run
        deployment.kill()
        listed = as_operator(SCRIPT, "--list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertEqual(sum(line.startswith(run) for line in listed.stdout.splitlines()), 3 + 3 + 1 + 1,
                         listed.stdout)
        self.destroy(run)


class LostThings(LabTest):
    def test_a_host_that_dies(self):
        deployment = self.deploy()
        deployment.wait_for("catalog is ready")
        catalog = next(host for host in tell("hosts") if host["powered"])
        tell("off", catalog["id"])
        self.check_ended(deployment, 1, "error: ")

    def test_a_network_that_is_away_for_a_while(self):
        deployment = self.deploy(environment={"AWS_MAX_ATTEMPTS": "2"})
        deployment.wait_for("launched:")
        tell("uplink", False)
        deployment.interrupt(signal.SIGTERM)
        deployment.wait_for("EC2 does not answer")
        tell("uplink", True)
        self.check_ended(deployment, 143, "nothing of run")

    def test_an_api_that_never_answers_again(self):
        deployment = self.deploy(environment=QUICK)
        deployment.wait_for("launched:")
        run = deployment.run
        tell("faults", [{"action": "*", "from": 1, "code": "InternalError", "status": 500}])
        deployment.interrupt(signal.SIGTERM)
        self.assertEqual(deployment.end(), 1, deployment.log)
        self.assertIn("COULD NOT DELETE", deployment.log)
        self.assertIn(f"--destroy {run}", deployment.log)
        tell("faults", [])
        machines = [host["id"] for host in tell("hosts") if host["state"] == "running"]
        self.assertEqual(len(machines), 3)
        for machine in machines:
            self.assertIn(f"instance {machine}", deployment.log)
        self.destroy(run)


class ManyRuns(LabTest):
    def test_two_at_once(self):
        runs = [self.deploy(), self.deploy()]
        for run in runs:
            self.assertEqual(run.end(), 0, run.log)
            with open(os.path.join(run.output, "order_log")) as log:
                self.assertEqual(len(log.readlines()), 6)
        self.assertEqual(leftovers(), [])

    def test_kept_and_destroyed_later(self):
        hashed = as_operator("docker", "run", "--rm", "-i", IMAGE, "desk-password", input="a long desk password\n")
        self.assertEqual(hashed.returncode, 0, hashed.stderr)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(hashed.stdout)
            file.flush()
            deployment = self.deploy("--keep", "--desk-password-file", file.name)
            self.assertEqual(deployment.end(), 0, deployment.log)
        self.assertIn("frontend: http://198.18.1.", deployment.log)
        desk = re.search(r"desk: (http://198\.18\.1\.\d+:8080/desk)", deployment.log)[1]
        page = as_operator("curl", "--silent", "--location", "--max-time", "10", desk).stdout
        self.assertIn('name="password"', page)
        self.assertEqual(len([host for host in tell("hosts") if host["state"] == "running"]), 3)
        self.destroy(deployment.run)


class BadInput(LabTest):
    def check(self, status, text, *arguments, environment=None):
        deployment = self.deploy(arguments=arguments, environment=environment)
        self.check_ended(deployment, status, text)
        self.assertEqual(len(deployment.log.splitlines()), 1, deployment.log)

    def test_no_credentials(self):
        unset = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
        self.check(78, "no AWS credentials", "--image", "my-book-store", environment=unset)

    def test_wrong_region(self):
        self.check(69, "cannot reach EC2 in region 'eu-nowhere-1' – is the name right", "--image", "my-book-store",
                   "--region", "eu-nowhere-1")
        self.check(78, "is not the name of a region", "--image", "my-book-store", "--region", "Frankfurt")

    def test_out_of_reach(self):
        self.check(69, "cannot reach EC2", "--image", "my-book-store",
                   environment={"AWS_ENDPOINT_URL": "http://198.18.0.1:81", "AWS_MAX_ATTEMPTS": "1"})

    def test_unknown_instance_type(self):
        self.check(78, "'t3.mega' is no instance type", "--image", "my-book-store", "--instance-type", "t3.mega")

    def test_unknown_machine_image(self):
        self.check(78, "there is no image 'ami-00000000000000000'", "--image", "my-book-store",
                   "--image-id", "ami-00000000000000000")

    def test_unknown_container_image(self):
        self.check(78, "there is no container image 'none-such'", "--image", "none-such")

    def test_no_container_engine(self):
        self.check(78, "the container engine does not answer", environment={"DOCKER_HOST": "unix:///none.sock"})

    def test_wrong_usage(self):
        self.check(64, "unknown option '--regoin'", "--regoin", "eu-central-1")
        self.check(64, "--region needs a value", "--region")
        self.check(64, "is no address range", "--image", "my-book-store", "--allow", "everyone")
        self.check(64, "is not the name of a run", "--destroy", "everything")
        self.check(64, "--destroy needs a value", "--destroy", "")
        self.check(78, "holds no hash of a password", "--desk-password-file", "/dev/null")


if __name__ == "__main__":
    unittest.main()
