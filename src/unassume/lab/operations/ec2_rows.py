"""The resources of EC2's operations; what is made has no id yet and is judged as any of its kind.

Not listed, and so judged on `*` and marked unmapped, are calls that name their resource through an association's id.
# AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping

EC2_ROWS: Mapping[str, str] = {
    "*": (
        "BundleInstance CancelBundleTask CancelReservedInstancesListing CreateDefaultSubnet CreateDefaultVpc "
        "CreateReservedInstancesListing CreateSpotDatafeedSubscription DeleteSpotDatafeedSubscription "
        "DeleteSubnetCidrReservation DescribeAccountAttributes DescribeAddresses DescribeAddressesAttribute "
        "DescribeAvailabilityZones DescribeBundleTasks DescribeCarrierGateways DescribeCustomerGateways "
        "DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeFleets DescribeFlowLogs DescribeHosts "
        "DescribeIamInstanceProfileAssociations DescribeImages DescribeInstanceCreditSpecifications "
        "DescribeInstanceStatus DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances "
        "DescribeInternetGateways DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates "
        "DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaceAttribute "
        "DescribeNetworkInterfaces DescribePrefixLists DescribeRegions DescribeReservedInstances "
        "DescribeReservedInstancesListings DescribeReservedInstancesOfferings DescribeRouteTables "
        "DescribeSecurityGroupRules DescribeSecurityGroups DescribeSnapshotTierStatus DescribeSnapshots "
        "DescribeSpotDatafeedSubscription DescribeSpotFleetRequests DescribeSpotInstanceRequests "
        "DescribeSpotPriceHistory DescribeSubnets DescribeTags DescribeTrafficMirrorFilters "
        "DescribeTrafficMirrorSessions DescribeTrafficMirrorTargets DescribeTransitGatewayAttachments "
        "DescribeTransitGatewayPeeringAttachments DescribeTransitGatewayRouteTables "
        "DescribeTransitGatewayVpcAttachments DescribeTransitGateways DescribeVolumeStatus DescribeVolumes "
        "DescribeVolumesModifications DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport "
        "DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServices DescribeVpcEndpoints "
        "DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections DescribeVpnGateways "
        "DisableEbsEncryptionByDefault EnableEbsEncryptionByDefault GetEbsEncryptionByDefault "
        "GetSubnetCidrReservations GetTransitGatewayRouteTableAssociations GetTransitGatewayRouteTablePropagations "
        "ModifyEbsDefaultKmsKeyId PurchaseReservedInstancesOffering"
    ),
    "arn:aws:ec2::{account}:ipam-pool/{IpamPoolId?}": "AllocateAddress",
    "arn:aws:ec2:{region}::image/*": "RegisterImage",
    "arn:aws:ec2:{region}::image/{ImageId}": (
        "DeregisterImage DescribeImageAttribute DisableImage EnableImage ModifyImageAttribute ResetImageAttribute"
    ),
    "arn:aws:ec2:{region}::snapshot/*": "CreateSnapshot",
    "arn:aws:ec2:{region}::snapshot/{SnapshotId?}": "CreateVolume",
    "arn:aws:ec2:{region}::snapshot/{SnapshotId}": (
        "DeleteSnapshot DescribeSnapshotAttribute ModifySnapshotAttribute ModifySnapshotTier "
        "ResetSnapshotAttribute RestoreSnapshotTier"
    ),
    "carrier-gateway/*": "CreateCarrierGateway",
    "carrier-gateway/{CarrierGatewayId}": "DeleteCarrierGateway",
    "customer-gateway/*": "CreateCustomerGateway",
    "customer-gateway/{CustomerGatewayId}": "DeleteCustomerGateway",
    "dedicated-host/*": "AllocateHosts",
    "dedicated-host/{HostId}": "ModifyHosts ReleaseHosts",
    "dhcp-options/*": "CreateDhcpOptions",
    "dhcp-options/{DhcpOptionsId}": "AssociateDhcpOptions DeleteDhcpOptions",
    "egress-only-internet-gateway/*": "CreateEgressOnlyInternetGateway",
    "egress-only-internet-gateway/{EgressOnlyInternetGatewayId}": "DeleteEgressOnlyInternetGateway",
    "elastic-ip/*": "AllocateAddress",
    "elastic-ip/{AllocationId?}": "AssociateAddress CreateNatGateway ReleaseAddress",
    "fleet/{FleetId}": "DeleteFleets DescribeFleetInstances",
    "instance/{InstanceId?}": "AssociateAddress DetachVolume",
    "instance/{InstanceId}": (
        "AttachNetworkInterface AttachVolume DescribeInstanceAttribute GetConsoleOutput GetInstanceUefiData "
        "GetLaunchTemplateData GetPasswordData ModifyInstanceAttribute ModifyInstanceMetadataOptions "
        "MonitorInstances RebootInstances StartInstances StopInstances TerminateInstances UnmonitorInstances"
    ),
    "internet-gateway/*": "CreateInternetGateway",
    "internet-gateway/{InternetGatewayId}": "AttachInternetGateway DeleteInternetGateway DetachInternetGateway",
    "key-pair/{KeyName?}": "DeleteKeyPair",
    "key-pair/{KeyName}": "CreateKeyPair ImportKeyPair",
    "launch-template/*": "CreateLaunchTemplate",
    "launch-template/{LaunchTemplateId,LaunchTemplateName:template}": (
        "CreateLaunchTemplateVersion DeleteLaunchTemplate ModifyLaunchTemplate"
    ),
    "natgateway/*": "CreateNatGateway",
    "natgateway/{NatGatewayId}": "DeleteNatGateway",
    "network-acl/*": "CreateNetworkAcl",
    "network-acl/{NetworkAclId}": (
        "CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry"
    ),
    "network-interface/*": "CreateNetworkInterface",
    "network-interface/{NetworkInterfaceId?}": "AssociateAddress CreateTrafficMirrorTarget",
    "network-interface/{NetworkInterfaceId}": (
        "AssignIpv6Addresses AssignPrivateIpAddresses AttachNetworkInterface CreateTrafficMirrorSession "
        "DeleteNetworkInterface ModifyNetworkInterfaceAttribute ResetNetworkInterfaceAttribute "
        "UnassignIpv6Addresses UnassignPrivateIpAddresses"
    ),
    "prefix-list/*": "CreateManagedPrefixList",
    "prefix-list/{PrefixListId}": "DeleteManagedPrefixList GetManagedPrefixListEntries ModifyManagedPrefixList",
    "route-table/*": "CreateRouteTable",
    "route-table/{RouteTableId?}": "CreateVpcEndpoint",
    "route-table/{RouteTableId}": (
        "AssociateRouteTable CreateRoute DeleteRoute DeleteRouteTable ReplaceRoute ReplaceRouteTableAssociation"
    ),
    "security-group/*": "CreateSecurityGroup",
    "security-group/{GroupId,GroupName:group}": (
        "AuthorizeSecurityGroupIngress DeleteSecurityGroup RevokeSecurityGroupIngress "
        "UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress"
    ),
    "security-group/{GroupId}": "AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress",
    "spot-fleet-request/{SpotFleetRequestId}": (
        "CancelSpotFleetRequests DescribeSpotFleetInstances ModifySpotFleetRequest"
    ),
    "spot-instances-request/{SpotInstanceRequestId}": "CancelSpotInstanceRequests",
    "subnet/*": "CreateSubnet",
    "subnet/{SubnetId?}": "AssociateRouteTable CreateNatGateway CreateVpcEndpoint",
    "subnet/{SubnetIds}": "CreateTransitGatewayVpcAttachment",
    "subnet/{SubnetId}": (
        "AssociateSubnetCidrBlock CreateNetworkInterface CreateSubnetCidrReservation DeleteSubnet ModifySubnetAttribute"
    ),
    "traffic-mirror-filter/*": "CreateTrafficMirrorFilter",
    "traffic-mirror-filter/{TrafficMirrorFilterId?}": "ModifyTrafficMirrorSession",
    "traffic-mirror-filter/{TrafficMirrorFilterId}": "CreateTrafficMirrorSession",
    "traffic-mirror-session/*": "CreateTrafficMirrorSession",
    "traffic-mirror-session/{TrafficMirrorSessionId}": "DeleteTrafficMirrorSession ModifyTrafficMirrorSession",
    "traffic-mirror-target/*": "CreateTrafficMirrorTarget",
    "traffic-mirror-target/{TrafficMirrorTargetId?}": "ModifyTrafficMirrorSession",
    "traffic-mirror-target/{TrafficMirrorTargetId}": "CreateTrafficMirrorSession",
    "transit-gateway-attachment/*": "CreateTransitGatewayPeeringAttachment CreateTransitGatewayVpcAttachment",
    "transit-gateway-attachment/{TransitGatewayAttachmentId?}": (
        "CreateTransitGatewayRoute DisableTransitGatewayRouteTablePropagation EnableTransitGatewayRouteTablePropagation"
    ),
    "transit-gateway-attachment/{TransitGatewayAttachmentId}": (
        "AcceptTransitGatewayPeeringAttachment AssociateTransitGatewayRouteTable "
        "DeleteTransitGatewayPeeringAttachment DeleteTransitGatewayVpcAttachment "
        "DisassociateTransitGatewayRouteTable ModifyTransitGatewayVpcAttachment "
        "RejectTransitGatewayPeeringAttachment"
    ),
    "transit-gateway-route-table-announcement/{TransitGatewayRouteTableAnnouncementId?}": (
        "DisableTransitGatewayRouteTablePropagation EnableTransitGatewayRouteTablePropagation"
    ),
    "transit-gateway-route-table/*": "CreateTransitGatewayRouteTable",
    "transit-gateway-route-table/{TransitGatewayRouteTableId}": (
        "AssociateTransitGatewayRouteTable CreateTransitGatewayRoute DeleteTransitGatewayRoute "
        "DeleteTransitGatewayRouteTable DisableTransitGatewayRouteTablePropagation "
        "DisassociateTransitGatewayRouteTable EnableTransitGatewayRouteTablePropagation SearchTransitGatewayRoutes"
    ),
    "transit-gateway/*": "CreateTransitGateway",
    "transit-gateway/{TransitGatewayId}": (
        "CreateTransitGatewayPeeringAttachment CreateTransitGatewayRouteTable CreateTransitGatewayVpcAttachment "
        "DeleteTransitGateway ModifyTransitGateway"
    ),
    "volume/*": "CreateVolume",
    "volume/{VolumeId}": (
        "AttachVolume CreateSnapshot DeleteVolume DescribeVolumeAttribute DetachVolume EnableVolumeIO ModifyVolume "
        "ModifyVolumeAttribute"
    ),
    "vpc-endpoint-service/*": "CreateVpcEndpointServiceConfiguration",
    "vpc-endpoint-service/{ServiceId}": (
        "DeleteVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions "
        "ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePermissions"
    ),
    "vpc-endpoint/*": "CreateVpcEndpoint",
    "vpc-endpoint/{VpcEndpointId}": "DeleteVpcEndpoints ModifyVpcEndpoint",
    "vpc-flow-log/*": "CreateFlowLogs",
    "vpc-flow-log/{FlowLogId}": "DeleteFlowLogs",
    "vpc-peering-connection/*": "CreateVpcPeeringConnection",
    "vpc-peering-connection/{VpcPeeringConnectionId}": (
        "DeleteVpcPeeringConnection ModifyVpcPeeringConnectionOptions RejectVpcPeeringConnection"
    ),
    "vpc/*": "CreateVpc",
    "vpc/{VpcId?}": (
        "CreateNatGateway CreateSecurityGroup DisableVpcClassicLinkDnsSupport EnableVpcClassicLinkDnsSupport"
    ),
    "vpc/{VpcId}": (
        "AssociateDhcpOptions AssociateVpcCidrBlock AttachInternetGateway AttachVpnGateway CreateCarrierGateway "
        "CreateEgressOnlyInternetGateway CreateNetworkAcl CreateRouteTable CreateSubnet "
        "CreateTransitGatewayVpcAttachment CreateVpcEndpoint CreateVpcPeeringConnection DeleteVpc "
        "DescribeVpcAttribute DetachInternetGateway DetachVpnGateway DisableVpcClassicLink EnableVpcClassicLink "
        "ModifyVpcAttribute ModifyVpcTenancy"
    ),
    "vpn-connection/{VpnConnectionId}": "DeleteVpnConnection",
    "vpn-gateway/*": "CreateVpnGateway",
    "vpn-gateway/{VpnGatewayId}": "AttachVpnGateway DeleteVpnGateway DetachVpnGateway",
}
