use chrono::DateTime;
use proptest::{collection::btree_map, option, prelude::*};
use serde_json::json;

use super::*;

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(".{0,8}", inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

prop_compose! {
    fn stored_event()(
        numbers in (any::<u64>(), any::<u64>(), 0..4_000_000_000_i64, 0..1_000_000_u32),
        ids in (uuid(), uuid(), uuid(), option::of(uuid())),
        texts in (".{1,12}", ".{1,40}", option::of(".{0,60}")),
        data in data(),
    ) -> StoredEvent {
        let (position, sequence, seconds, micros) = numbers;
        let (id, aggregate_id, command_id, actor) = ids;
        let (aggregate_type, kind, traceparent) = texts;
        let occurred_at = DateTime::from_timestamp(seconds, micros * 1000).unwrap();
        StoredEvent {
            position,
            event: EventEnvelope {
                id, aggregate_type, aggregate_id, sequence, kind, occurred_at, actor, command_id, traceparent, data,
                origin: Origin::default(),
            },
        }
    }
}

proptest! {
    #[test]
    fn every_event_comes_back_as_it_was(event in stored_event()) {
        let body = encode(&event, "/product-service").unwrap();
        prop_assert_eq!(decode(&body).unwrap(), event);
    }

    #[test]
    fn nothing_else_makes_it_panic(body in any::<Vec<u8>>()) {
        prop_assert!(decode(&body).is_err());
    }
}

fn stock_removed() -> StoredEvent {
    StoredEvent {
        position: 4711,
        event: EventEnvelope {
            id: Uuid::from_u128(1),
            aggregate_type: "product".to_owned(),
            aggregate_id: Uuid::from_u128(2),
            sequence: 3,
            kind: "product.stock_removed.v1".to_owned(),
            occurred_at: DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap(),
            actor: Some(Uuid::from_u128(4)),
            command_id: Uuid::from_u128(5),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            origin: Origin::default(),
            data: json!({ "quantity": 3, "stock_after": 9 }),
        },
    }
}

fn encoded() -> Value {
    serde_json::from_slice(&encode(&stock_removed(), "/product-service").unwrap()).unwrap()
}

#[test]
fn an_event_says_all_that_the_specification_asks_for() {
    let expected = json!({
        "specversion": "1.0",
        "id": "00000000-0000-0000-0000-000000000001",
        "source": "/product-service",
        "type": "product.stock_removed.v1",
        "subject": "00000000-0000-0000-0000-000000000002",
        "time": "2027-01-15T08:00:00.123456Z",
        "datacontenttype": "application/json",
        "sequence": "00000000000000000003",
        "aggregatetype": "product",
        "actor": "00000000-0000-0000-0000-000000000004",
        "commandid": "00000000-0000-0000-0000-000000000005",
        "position": "4711",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "data": {
            "product_id": "00000000-0000-0000-0000-000000000002", "quantity": 3, "stock_after": 9,
        },
    });
    assert_eq!(encoded(), expected);
    assert!(
        encoded()
            .as_object()
            .unwrap()
            .keys()
            .all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())),
        "as the names of attributes must be"
    );
}

#[test]
fn what_others_add_is_left_alone() {
    let mut body = encoded();
    body["partitionkey"] = json!("7");
    body.as_object_mut().unwrap().remove("datacontenttype");
    assert_eq!(decode(body.to_string().as_bytes()).unwrap(), stock_removed());
}

#[test]
fn an_id_that_the_data_have_of_their_own_stays() {
    let mut event = stock_removed();
    event.event.data = json!({ "product_id": "another" });
    assert_eq!(decode(&encode(&event, "/product-service").unwrap()).unwrap(), event);
}

#[test]
fn what_is_malformed_is_refused() {
    for name in ["specversion", "id", "source", "type", "subject", "time", "sequence", "commandid", "data"] {
        let mut body = encoded();
        body.as_object_mut().unwrap().remove(name);
        let refused = decode(body.to_string().as_bytes());
        assert!(matches!(refused, Err(CloudEventError::Malformed(_))), "without {name}: {refused:?}");
    }
    for (name, value) in [("id", json!("x")), ("subject", json!(1)), ("time", json!("yesterday"))] {
        let mut body = encoded();
        body[name] = value;
        let refused = decode(body.to_string().as_bytes());
        assert!(matches!(refused, Err(CloudEventError::Malformed(_))), "{name}: {refused:?}");
    }
    for number in ["", "-1", "+1", "1.5", "x", "18446744073709551616"] {
        for name in ["sequence", "position"] {
            let mut body = encoded();
            body[name] = json!(number);
            let refused = decode(body.to_string().as_bytes());
            assert!(matches!(refused, Err(CloudEventError::Number(_))), "{name} {number}: {refused:?}");
        }
    }
    let with = |name: &str, value: &str| {
        let mut body = encoded();
        body[name] = json!(value);
        decode(body.to_string().as_bytes())
    };
    assert!(matches!(with("specversion", "0.3"), Err(CloudEventError::Version)));
    assert!(matches!(with("datacontenttype", "text/xml"), Err(CloudEventError::ContentType)));
    for body in ["", "{}", "[]", "null", "{\"specversion\":", "\u{0}"] {
        assert!(decode(body.as_bytes()).is_err(), "{body}");
    }
}
