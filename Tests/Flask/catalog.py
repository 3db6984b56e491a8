"""The original's catalog: books in memory, one lock, no database."""

import threading

from flask import Flask, abort, jsonify, request

import tier

app = Flask(__name__)
lock = threading.Lock()

BOOKS = {
    "1": {"title": "How to get a good grade in 677 in 20 minutes a day", "type": "distributed systems",
          "cost": "10", "stock": 3},
    "2": {"title": "RPCs for Dummies", "type": "distributed systems", "cost": "20", "stock": 3},
    "3": {"title": "Xen and the Art of Surviving Graduate School", "type": "graduate school",
          "cost": "5", "stock": 3},
    "4": {"title": "Cooking for the Impatient Graduate Student", "type": "graduate school",
          "cost": "15", "stock": 3},
}


@app.route("/query_by_topic")
def query_by_topic():
    topic = request.args["topic"]
    with lock:
        found = [{"item_number": number, "title": book["title"]}
                 for number, book in BOOKS.items() if book["type"] == topic]
        log.write(f"query_by_topic,{topic}")
    return jsonify(result=found)


@app.route("/query_by_item")
def query_by_item():
    number = request.args["item_number"]
    with lock:
        book = BOOKS.get(number) or abort(404)
        answer = jsonify(result={"item_number": number, **book})
        log.write(f"query_by_item,{number}")
    return answer


@app.route("/update", methods=["GET", "POST"])
def update():
    number = request.args["item_number"]
    cost = request.args.get("cost", "na")
    stock = request.args.get("stock", "na")
    with lock:
        book = BOOKS.get(number) or abort(404)
        if stock != "na":
            if book["stock"] == 0:
                return jsonify(result="Failed")
            # The original's quirk: any change of the stock sells one copy, whatever the number.
            book["stock"] -= 1
        if cost != "na":
            book["cost"] = cost
        log.write(f"update,{number},{cost},{stock}")
    return jsonify(result="Success")


if __name__ == "__main__":
    options = tier.options("catalog", stock=3)
    for book in BOOKS.values():
        book["stock"] = options.stock
    log = tier.OperationLog(options.output, "catalog_log")
    for number, book in BOOKS.items():
        log.write(f"init,{number},{book['stock']},{book['cost']},{book['type']},{book['title']}")
    tier.run(app, options.config, "catalog", options.index)
