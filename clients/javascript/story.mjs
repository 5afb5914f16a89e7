// The story of one leaked session, told by the AWS SDK for JavaScript.
//
// clients/run.py starts the lab and this program, and writes one word a line: the part to play. Each part answers with
// one line of JSON, the outcome of every call by name; run.py knows which outcomes are right. Secrets come in the
// environment and never go out again.

import { createHash, randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const { LAB_ROLE: role, LAB_BUCKET: bucket, LAB_TABLE: table, LAB_QUEUE: queue } = process.env;
const common = { endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION, maxAttempts: 1 };
const KEYS = ["plain", "with space", "a+b", "f\u00fcr alle/&=.txt"];
const LARGE = randomBytes(20 * 1024 * 1024);
const held = {};

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

async function session(name) {
  const sts = new STSClient(common);
  const given = (await sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: name }))).Credentials;
  const credentials = {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
  const made = { ...common, credentials };
  return {
    s3: new S3Client({ ...made, forcePathStyle: true }),
    sts: new STSClient(made),
    dynamodb: new DynamoDBClient(made),
    sqs: new SQSClient(made),
  };
}

// What a call came to: its value, or the name and status of the error the SDK threw.
async function outcome(call) {
  try {
    return await call();
  } catch (error) {
    return `${error.name} ${error.$metadata?.httpStatusCode ?? error.message}`;
  }
}

const body = async (who, key) =>
  Buffer.from(
    await (await who.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body.transformToByteArray(),
  );

const calls = {
  identity: async (who) => (await who.sts.send(new GetCallerIdentityCommand({}))).Arn.split("/").at(-1),
  read: async (who) => (await body(who, "2026/orders.csv")).length > 0,
  head: async (who) => (await who.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "2026/orders.csv" }))).ContentLength > 0,
  write: async (who) => {
    const written = { Bucket: bucket, Key: "js", Body: "from JavaScript" };
    return (await who.s3.send(new PutObjectCommand(written))).$metadata.httpStatusCode;
  },
  item: async (who) => {
    const asked = new GetItemCommand({ TableName: table, Key: { id: { S: "1" } } });
    return (await who.dynamodb.send(asked)).Item.total.N;
  },
  message: async (who) => {
    const sent = new SendMessageCommand({ QueueUrl: queue, MessageBody: "work" });
    return (await who.sqs.send(sent)).$metadata.httpStatusCode;
  },
};

async function each(who, names) {
  const found = {};
  for (const name of names) found[name] = await outcome(() => calls[name](who));
  return found;
}

async function fetched(url) {
  const answer = await fetch(url);
  const text = await answer.text();
  return answer.status === 200 ? sha(text) === sha("signed") : `${/<Code>(\w+)</.exec(text)?.[1]} ${answer.status}`;
}

async function keys(who) {
  const found = {};
  for (const key of KEYS) {
    found[key] = await outcome(async () => {
      await who.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: key }));
      return (await body(who, key)).toString() === key;
    });
  }
  return found;
}

async function large(who) {
  await new Upload({ client: who.s3, params: { Bucket: bucket, Key: "large", Body: LARGE } }).done();
  return sha(await body(who, "large")) === sha(LARGE);
}

const parts = {
  async before() {
    Object.assign(held, { mary: await session("mary"), keith: await session("keith") });
    const { keith } = held;
    await keith.s3.send(new PutObjectCommand({ Bucket: bucket, Key: "signed", Body: "signed" }));
    held.url = await getSignedUrl(keith.s3, new GetObjectCommand({ Bucket: bucket, Key: "signed" }), { expiresIn: 3600 });
    return {
      ...(await each(keith, Object.keys(calls))),
      keys: await keys(keith),
      large: await outcome(() => large(keith)),
      presigned: await outcome(() => fetched(held.url)),
    };
  },
  async cut() {
    return {
      ...(await each(held.keith, Object.keys(calls))),
      presigned: await outcome(() => fetched(held.url)),
      large: await outcome(() => large(held.keith)),
      mary: await each(held.mary, ["read", "item", "message"]),
    };
  },
  async expired() {
    return each(held.mary, Object.keys(calls));
  },
};

for await (const part of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await parts[part]()));
}
