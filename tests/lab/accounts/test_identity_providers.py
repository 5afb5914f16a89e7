"""What is read of moto's identity providers and MFA devices: its internals, held to what is used of them."""

from __future__ import annotations

from tests.lab.sts.people import device, root, user
from unassume.lab import ACCOUNT, Lab
from unassume.lab.accounts.identity_providers import mfa_seed, oidc_provider, saml_metadata


def test_providers_and_devices_are_found() -> None:
    """A provider is found by its URL or ARN and a device by its serial number, and only in its own account."""
    with Lab(None) as lab:
        iam = root(lab)
        iam.create_open_id_connect_provider(Url="https://a.example/id/7", ClientIDList=["one", "two"])
        made = iam.create_saml_provider(Name="Lab", SAMLMetadataDocument=lab.saml_metadata)["SAMLProviderArn"]
        user(lab, "mia")
        serial, seed = device(lab, "mia")
        provider = oidc_provider(ACCOUNT, "a.example/id/7")
        assert provider is not None
        assert (provider.client_ids, provider.arn.endswith("oidc-provider/a.example/id/7")) == (("one", "two"), True)
        assert oidc_provider("999999999999", "a.example/id/7") is None
        assert saml_metadata(made) == lab.saml_metadata
        assert saml_metadata(made + "x") is None
        assert saml_metadata("nonsense") is None
        assert mfa_seed(ACCOUNT, "mia", serial) == seed
        assert mfa_seed(ACCOUNT, "bob", serial) is None
        iam.deactivate_mfa_device(UserName="mia", SerialNumber=serial)
        assert mfa_seed(ACCOUNT, "mia", serial) is None
