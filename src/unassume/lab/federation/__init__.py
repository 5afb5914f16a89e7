"""Identity providers the lab plays: any OIDC issuer and a SAML provider, with keys that are made when first used."""
