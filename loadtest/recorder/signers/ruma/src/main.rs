//! Signs the questions as servers on ruma do: with the crates that make their requests.

use std::{error::Error, io};

use ruma_common::{
    OwnedEventId, OwnedRoomId, OwnedServerName,
    api::{OutgoingRequest, OutgoingRequestExt, path_builder::PathBuilder},
    serde::Base64,
};
use ruma_federation_api::{
    authentication::{ServerSignatures, XMatrixSigningInput},
    backfill::get_backfill, event::get_missing_events,
};
use ruma_signatures::Ed25519KeyPair;
use serde_json::{Value, json};

/// What precedes the 32 bytes of a private key in its DER form (RFC 8410).
const DER_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

type Failable<T> = Result<T, Box<dyn Error>>;

fn text<'a>(told: &'a Value, name: &str) -> Failable<&'a str> {
    told[name].as_str().ok_or_else(|| format!("no text under {name}").into())
}

fn events(question: &Value, name: &str) -> Failable<Vec<OwnedEventId>> {
    let ids = question[name].as_array().ok_or_else(|| format!("no list under {name}"))?;
    ids.iter().map(|id| Ok(id.as_str().unwrap_or_default().try_into()?)).collect()
}

fn signed<R>(request: R, by: XMatrixSigningInput<'_>) -> Failable<Value>
where
    R: OutgoingRequest<Authentication = ServerSignatures>,
    for<'a> R::PathBuilder: PathBuilder<Input<'a> = ()>,
{
    let base = format!("https://{}", by.destination);
    let http = request.try_into_http_request::<Vec<u8>>(&base, by, ())?;
    let target = http.uri().path_and_query().ok_or("no path")?.as_str();
    let authorization: Vec<&str> =
        http.headers().get_all("authorization").iter().map(|value| value.to_str()).collect::<Result<_, _>>()?;
    let body = std::str::from_utf8(http.body())?;
    Ok(json!({
        "method": http.method().as_str(),
        "target": target,
        "authorization": authorization,
        "body": if body.is_empty() { Value::Null } else { body.into() },
    }))
}

fn main() -> Failable<()> {
    let told: Value = serde_json::from_reader(io::stdin())?;
    let origin: OwnedServerName = text(&told, "origin")?.try_into()?;
    let destination: OwnedServerName = text(&told, "destination")?.try_into()?;
    let seed: Base64 = Base64::parse(text(&told, "seed")?)?;
    let der = [&DER_HEAD[..], seed.as_bytes()].concat();
    let key = Ed25519KeyPair::from_der(&der, text(&told, "key_version")?.to_owned())?;
    let mut requests = Vec::new();
    for question in told["questions"].as_array().ok_or("no questions")? {
        let by = XMatrixSigningInput::new(origin.clone(), destination.clone(), &key);
        let room: OwnedRoomId = text(question, "room")?.try_into()?;
        let limit = question["limit"].as_u64().ok_or("no limit")?.try_into()?;
        requests.push(if text(question, "ask")? == "backfill" {
            signed(get_backfill::v1::Request::new(room, events(question, "v")?, limit), by)?
        } else {
            let mut request = get_missing_events::v1::Request::new(
                room,
                events(question, "earliest")?,
                events(question, "latest")?,
            );
            request.limit = limit;
            signed(request, by)?
        });
    }
    println!("{}", json!({ "by": "ruma-federation-api 0.16.1", "requests": requests }));
    Ok(())
}
