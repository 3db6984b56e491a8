"""The original's order server: checks the stock, then takes one copy. It keeps only a log."""

import requests
from flask import Flask, abort, jsonify, request

import tier

app = Flask(__name__)


@app.route("/buy", methods=["GET", "POST"])
def buy():
    number = request.args["item_number"]
    answer = requests.get(f"{catalog}/query_by_item", params={"item_number": number})
    if answer.status_code == 404:
        abort(404)
    if answer.json()["result"]["stock"] <= 0:
        return jsonify(result="Failed")
    # Another purchase may have taken the last copy since then: the catalog's answer decides.
    answer = requests.get(f"{catalog}/update", params={"item_number": number, "cost": "na", "stock": "-1"})
    if answer.json()["result"] != "Success":
        return jsonify(result="Failed")
    log.write(f"bought book {number}")
    return jsonify(result="Success")


if __name__ == "__main__":
    options = tier.options("order")
    catalog = tier.url(options.config, "catalog")
    log = tier.OperationLog(options.output, "order_log")
    tier.run(app, options.config, "order", options.index)
