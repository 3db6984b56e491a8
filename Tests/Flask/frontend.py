"""The original's frontend: forwards each request to the tier behind it."""

import requests
from flask import Flask, Response, request

import tier

app = Flask(__name__)


def relay(method, url, **parameters):
    answer = requests.request(method, url, params=parameters)
    return Response(answer.content, answer.status_code, content_type=answer.headers["Content-Type"])


@app.route("/search")
@app.route("/search/<topic>")
def search(topic=None):
    return relay("GET", f"{catalog}/query_by_topic", topic=topic or request.args["topic"])


@app.route("/lookup")
@app.route("/lookup/<number>")
def lookup(number=None):
    return relay("GET", f"{catalog}/query_by_item", item_number=number or request.args["item_number"])


@app.route("/buy", methods=["GET", "POST"])
@app.route("/buy/<number>", methods=["GET", "POST"])
def buy(number=None):
    return relay(request.method, f"{order}/buy", item_number=number or request.args["item_number"])


if __name__ == "__main__":
    options = tier.options("frontend")
    catalog = tier.url(options.config, "catalog")
    order = tier.url(options.config, "order")
    tier.run(app, options.config, "frontend", options.index)
