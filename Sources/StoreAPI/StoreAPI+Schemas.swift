extension StoreAPI {
    /// The schemas that routes name, as JSON.
    static let schemas = #"""
        {
          "ItemNumber": {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
          "Amount": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]{2})?$", "description": "Money: 10 or 10.50."},
          "Time": {"type": "string", "format": "date-time"},
          "Next": {"type": ["string", "null"], "description": "The value of after that brings what follows; null on the last page."},
          "Text": {"type": "string"},
          "Document": {"type": "object"},
          "Status": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
          "Outcome": {"type": "object", "required": ["result"], "properties": {"result": {"enum": ["Success", "Failed"]}}},
          "Listings": {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["item_number", "title"], "properties": {
              "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "title": {"type": "string"}}}}}},
          "Book": {"type": "object", "required": ["item_number", "title", "type", "cost", "stock"], "properties": {
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "title": {"type": "string"},
            "type": {"type": "string", "description": "The topic."}, "cost": {"$ref": "#/components/schemas/Amount"},
            "stock": {"type": "integer", "minimum": 0}}},
          "FullBook": {"allOf": [{"$ref": "#/components/schemas/Book"}, {"type": "object",
            "required": ["sold", "retired", "version"], "properties": {"sold": {"type": "integer", "minimum": 0},
            "retired": {"type": "boolean"}, "version": {"type": "integer", "minimum": 0}}}]},
          "BookResult": {"type": "object", "required": ["result"], "properties": {"result": {"$ref": "#/components/schemas/Book"}}},
          "FullBookResult": {"type": "object", "required": ["result"], "properties": {"result": {"$ref": "#/components/schemas/FullBook"}}},
          "FullBooks": {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items": {"$ref": "#/components/schemas/FullBook"}}}},
          "BookPage": {"type": "object", "required": ["result", "next"], "properties": {
            "result": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}}, "next": {"$ref": "#/components/schemas/Next"}}},
          "FullBookPage": {"type": "object", "required": ["result", "next"], "properties": {
            "result": {"type": "array", "items": {"$ref": "#/components/schemas/FullBook"}}, "next": {"$ref": "#/components/schemas/Next"}}},
          "TopicPage": {"type": "object", "required": ["result", "next"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["topic", "books"], "properties": {"topic": {"type": "string"}, "books": {"type": "integer", "minimum": 1}}}},
            "next": {"$ref": "#/components/schemas/Next"}}},
          "ReceiptResult": {"type": "object", "required": ["result"], "properties": {"result": {"type": "object",
            "required": ["outcome", "item_number", "title", "type", "cost", "time"], "properties": {
            "outcome": {"enum": ["Success", "Failed"]}, "item_number": {"$ref": "#/components/schemas/ItemNumber"},
            "title": {"type": "string"}, "type": {"type": "string"}, "cost": {"$ref": "#/components/schemas/Amount"},
            "time": {"$ref": "#/components/schemas/Time"}}}}},
          "MovementPage": {"type": "object", "required": ["result", "next"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["sequence", "item_number", "title", "kind", "units", "cost", "stock_after", "cost_after", "time", "actor", "reason"],
            "properties": {"sequence": {"type": "integer"}, "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "title": {"type": "string"},
            "kind": {"enum": ["sale", "update", "add", "retire"]}, "units": {"type": ["integer", "null"]},
            "cost": {"oneOf": [{"$ref": "#/components/schemas/Amount"}, {"type": "null"}]}, "stock_after": {"type": "integer", "minimum": 0},
            "cost_after": {"oneOf": [{"$ref": "#/components/schemas/Amount"}, {"type": "null"}]},
            "time": {"$ref": "#/components/schemas/Time"}, "actor": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]}}}},
            "next": {"$ref": "#/components/schemas/Next"}}},
          "Totals": {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["day", "topic", "sales", "revenue"], "properties": {"day": {"type": "string", "format": "date"},
            "topic": {"type": "string"}, "sales": {"type": "integer"}, "revenue": {"$ref": "#/components/schemas/Amount"}}}}}},
          "OrderPage": {"type": "object", "required": ["result", "next"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["number", "item_number", "key", "sale", "time"], "properties": {"number": {"type": "integer"},
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "key": {"type": "string"}, "sale": {"type": ["integer", "null"]},
            "time": {"$ref": "#/components/schemas/Time"}}}}, "next": {"$ref": "#/components/schemas/Next"}}},
          "Sales": {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["sale", "item_number", "key"], "properties": {"sale": {"type": "string"},
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "key": {"type": "string"}}}}}},
          "Tiers": {"type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items":
            {"type": "object", "required": ["tier", "ready", "detail", "millis"], "properties": {"tier": {"type": "string"},
            "ready": {"type": "boolean"}, "detail": {"type": "string"}, "millis": {"type": "number"}}}}}},
          "Imported": {"type": "object", "required": ["result"], "properties": {"result": {"type": "object", "required": ["books"],
            "properties": {"books": {"type": "integer"}}}}},
          "Importing": {"type": "object", "required": ["result"], "properties": {"result": {"type": "object",
            "required": ["read", "written"], "properties": {"read": {"type": "integer", "minimum": 0, "description": "Lines."},
            "written": {"type": "integer", "minimum": 0, "description": "Books."}}}}},
          "Updates": {"type": "object", "required": ["updates"], "additionalProperties": false, "properties": {
            "actor": {"type": ["string", "null"], "minLength": 1, "maxLength": 64}, "reason": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
            "updates": {"type": "array", "minItems": 1, "maxItems": 500, "items": {"type": "object", "required": ["item_number"],
            "additionalProperties": false, "anyOf": [{"required": ["cost"]}, {"required": ["stock"]}], "properties": {
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "cost": {"$ref": "#/components/schemas/NewAmount"},
            "stock": {"type": "integer", "minimum": -1000000000, "maximum": 1000000000},
            "expect_stock": {"type": "integer", "minimum": 0, "maximum": 1000000000000}, "expect_cost": {"$ref": "#/components/schemas/NewAmount"},
            "expect_version": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807}}}}}},
          "NewAmount": {"type": "string", "pattern": "^[0-9]{1,10}(\\.[0-9]{1,2})?$"},
          "NewBook": {"type": "object", "required": ["title", "topic", "cost"], "additionalProperties": false, "properties": {
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "title": {"type": "string", "minLength": 1, "maxLength": 1024},
            "topic": {"type": "string", "minLength": 1, "maxLength": 256}, "cost": {"$ref": "#/components/schemas/NewAmount"},
            "stock": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
            "actor": {"type": ["string", "null"], "minLength": 1, "maxLength": 64}, "reason": {"type": ["string", "null"], "minLength": 1, "maxLength": 200}}},
          "Retirement": {"type": "object", "required": ["item_number"], "additionalProperties": false, "properties": {
            "item_number": {"$ref": "#/components/schemas/ItemNumber"}, "expect_version": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807},
            "actor": {"type": ["string", "null"], "minLength": 1, "maxLength": 64}, "reason": {"type": ["string", "null"], "minLength": 1, "maxLength": 200}}},
          "Problem": {"type": "object", "required": ["type", "title", "status", "detail"], "description": "An error (RFC 9457).",
            "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong, for a person."}, "dependency": {"type": "string", "description": "The server that is down."},
            "trace_id": {"type": "string"}, "idempotency_key": {"type": "string", "description": "The key of the purchase: repeat it with this."},
            "current": {"type": "array", "items": {"$ref": "#/components/schemas/FullBook"}},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"line": {"type": "integer"}, "reason": {"type": "string"}}}},
            "line_count": {"type": "integer"}, "cost": {"$ref": "#/components/schemas/Amount"}}}
        }
        """#
}
