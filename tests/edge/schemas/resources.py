"""Puts exported files into the resources that they are for, and checks those of AWS against its API.

    resources.py GOLDEN DIRECTORY

Writes DIRECTORY/NAME.template.json for cfn-lint, and DIRECTORY/NAME.KIND.json for kubernetes.mjs.
"""

import json
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import botocore.session
import yaml

SESSION = botocore.session.get_session()


def main(golden, directory):
    files = 0
    for path in sorted(golden.glob("*/*/*")):
        check = CHECKS.get(path.name)
        if check:
            policy, target = path.parts[-2], path.parts[-3]
            for kind, resource in check(path):
                write(directory / f"{policy}.{target}.{path.stem}.{kind}.json", resource)
            files += 1
    missing = [name for name in CHECKS if not list(golden.glob(f"*/*/{name}"))]
    if missing:
        raise SystemExit(f"error: no golden file is named {', '.join(missing)}")
    # The checks have to find a fault in each API, and cfn-lint in this template.
    faults = [
        ("apigatewayv2", "Cors", {"MaxAge": 100_000}),
        ("lambda", "Cors", {"AllowMethods": ["OPTIONS"]}),
        ("s3", "CORSConfiguration", {"CorsRules": []}),
        ("cloudfront", "ResponseHeadersPolicyConfig", {"Name": 1}),
    ]
    for service, shape, value in faults:
        if not list(violations(SESSION.get_service_model(service).shape_for(shape), value, shape)):
            raise SystemExit(f"error: the check of {service} does not find the fault in {value}")
    fault = bucket({"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}]}})
    write(directory / "fault.template.json", fault)
    print(f"{files} files have the form that they are for, as far as the APIs of AWS tell")


def write(path, resource):
    path.write_text(json.dumps(resource, indent=1))


def read(path):
    return yaml.safe_load(path.read_text())


def template(**resources):
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def api(path):
    cors = read(path)["CorsConfiguration"]
    api_check("apigatewayv2", "Cors", cors, path)
    properties = {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": cors}
    yield "template", template(Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": properties})


def openapi(path):
    cors = read(path)["x-amazon-apigateway-cors"]
    api_check("apigatewayv2", "Cors", {name[0].upper() + name[1:]: value for name, value in cors.items()}, path)
    return ()


def url(path):
    cors = read(path)["Cors"]
    api_check("lambda", "Cors", cors, path)
    properties = {"AuthType": "NONE", "TargetFunctionArn": "service", "Cors": cors}
    yield "template", template(Url={"Type": "AWS::Lambda::Url", "Properties": properties})


def bucket(properties):
    return template(Bucket={"Type": "AWS::S3::Bucket", "Properties": properties})


def bucket_template(path):
    yield "template", bucket(read(path))


def bucket_api(path):
    api_check("s3", "CORSConfiguration", json.loads(path.read_text()), path)
    return ()


def cloudfront(path):
    resources = read(path)["Resources"]
    for resource, shape in [
        ("CorsacResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
        ("CorsacCachePolicy", "CachePolicyConfig"),
    ]:
        api_check("cloudfront", shape, counted(resources[resource]["Properties"][shape]), path)
    behavior = {"TargetOriginId": "service", "ViewerProtocolPolicy": "redirect-to-https"}
    behavior |= read(path.with_name("corsac.behavior.yaml"))
    origin = {"Id": "service", "DomainName": "service.example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
    distribution = {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behavior}
    properties = {"DistributionConfig": distribution}
    resources["Distribution"] = {"Type": "AWS::CloudFront::Distribution", "Properties": properties}
    yield "template", template(**resources)


def counted(value):
    """Adds what CloudFormation leaves out: `Quantity` beside `Items`, and `Items` of plain lists."""
    if isinstance(value, dict):
        value = {name: counted(member) for name, member in value.items()}
        if isinstance(value.get("Headers"), list):
            value["Headers"] = counted({"Items": value["Headers"]})
        return value | {"Quantity": len(value["Items"])} if "Items" in value else value
    return value


def api_check(service, shape, value, path):
    for violation in violations(SESSION.get_service_model(service).shape_for(shape), value, shape):
        raise SystemExit(f"error: {path}: {violation}")


def violations(shape, value, at):
    """botocore itself checks neither the largest value nor the names of an enumeration."""
    kinds = {"structure": dict, "list": list, "string": str, "boolean": bool}
    if not isinstance(value, kinds.get(shape.type_name, int)):
        yield f"{at} is not a {shape.type_name}: {value!r}"
        return
    size = value if shape.type_name in ("integer", "long") else len(value) if shape.type_name in ("list", "string") else 0
    if not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
        yield f"{at} is out of bounds: {value!r}"
    if "enum" in shape.metadata and value not in shape.metadata["enum"]:
        yield f"{at} is none of {shape.metadata['enum']}: {value!r}"
    if shape.type_name == "list":
        for member in value:
            yield from violations(shape.member, member, f"{at}[]")
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                yield f"{at} has no {name}"
        for name, member in value.items():
            if name in shape.members:
                yield from violations(shape.members[name], member, f"{at}.{name}")
            else:
                yield f"{at}.{name} is unknown"


def http_route(path):
    spec = {"rules": [read(path)]}
    yield "HTTPRoute", {"metadata": {"name": "service"}, "spec": spec}


def virtual_service(path):
    route = read(path) | {"route": [{"destination": {"host": "service"}}]}
    yield "VirtualService", {"metadata": {"name": "service"}, "spec": {"hosts": ["service"], "http": [route]}}


def middleware(path):
    resource = read(path)
    # The same in both files.
    dynamic = read(path.with_name("corsac.traefik.yaml"))["http"]["middlewares"]["corsac"]
    if dynamic != resource["spec"]:
        raise SystemExit(f"error: {path} differs from corsac.traefik.yaml")
    yield "Middleware", resource


def inbound(path):
    cors = xml.fromstring(path.read_text())
    order = ["allowed-origins", "allowed-methods", "allowed-headers", "expose-headers"]
    found = [part.tag for part in cors]
    if cors.tag != "cors" or found not in (order, order[:3]) or any(len(part) == 0 for part in cors):
        raise SystemExit(f"error: {path}: {found}")
    return ()


def outbound(path):
    if xml.fromstring(path.read_text()).get("exists-action") != "append":
        raise SystemExit(f"error: {path} replaces Vary")
    return ()


def url_map(path):
    if set(read(path)) != {"headerAction", "routeAction"}:
        raise SystemExit(f"error: {path}")
    return ()


CHECKS = {
    "corsac.api.yaml": api,
    "corsac.openapi.yaml": openapi,
    "corsac.url.yaml": url,
    "corsac.bucket.yaml": bucket_template,
    "corsac.bucket.json": bucket_api,
    "corsac.cloudfront.yaml": cloudfront,
    "corsac.httproute.yaml": http_route,
    "corsac.virtualservice.yaml": virtual_service,
    "corsac.middleware.yaml": middleware,
    "corsac.inbound.xml": inbound,
    "corsac.outbound.xml": outbound,
    "corsac.url-map.yaml": url_map,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
